package browser_test

// wants is what browser.js must see, by case.
var wants = map[string]string{
	// No error on the console, no violation of the policy, no dialog, no request to elsewhere, on any page.
	"trouble": `[]`,

	"search": `{
		"name": ["./orders%3Aorder%3Aget/1"],
		"doc": ["./orders%3Aorder%3Aplace/2"],
		"field": ["./orders%3Aorder%3Aget/1", "./orders%3Aorder%3Aplace/1", "./orders%3Aorder%3Aplace/2"],
		"enum": ["./orders%3Aorder%3Aget/1", "./orders%3Aorder%3Aplace/1", "./orders%3Aorder%3Aplace/2"],
		"code": ["./orders%3Aorder%3Aplace/2"],
		"two": ["./orders%3Aorder%3Aplace/2"],
		"none": [],
		"opened": "/docs/orders:order:get/1"}`,
	"searchCleared": `{"cleared": [true, true], "stays": "/docs/"}`,
	"deepLink":      `{"field": "count", "inView": true, "highlighted": true}`,

	"consoleAnswers": `{
		"line": "orders:order:place:response status 200, N ms, flowId flow-of-the-test",
		"answer": ["orders:order:place:response", "flow-of-the-test", "o-of-Grace"],
		"headers": true,
		"sent": {"name": "orders:order:place", "version": 2, "flowId": "flow-of-the-test", "auth": {"token": "token-of-the-test"}, "customer": "Grace"},
		"stored": false,
		"history": [1, "Grace"],
		"afterReload": ["", 1]}`,
	"consoleFails": `{"tag": "orders:order:place:unprocessable", "code": "OUT_OF_STOCK", "message": "there is no p-1 left"}`,
	"consoleProblems": `{
		"focus": "input:/customer",
		"/customer": "needs at least 2 characters",
		"/lines/0/productId": "must match ^p-[0-9]+$",
		"/lines/0/count": "must be at most 99",
		"/by": "must be a date and time, as 2026-01-31T12:00:00Z",
		"invalid": 4,
		"text": "must be integer",
		"noLines": ["needs at least 2 characters", "needs at least 1 items", "must be a date and time, as 2026-01-31T12:00:00Z"],
		"posts": 0}`,
	"consoleNullable": `{
		"customer": "Ada",
		"lines": [{"productId": "p-1", "count": 2, "note": null, "weight": null}],
		"by": "2027-01-31T12:00:00Z",
		"parcel": "waiting"}`,
	"consoleRaw": `{
		"shown": "Ada",
		"broken": true,
		"problems": "/by is required; /parcel is required; /lines needs at least 1 items",
		"posts": 0,
		"sent": "paid",
		"form": "Raw"}`,
	"consoleOfARawHandler": `"raw:thing:do:response"`,

	"keyboard": `{
		"first": "orders:order:get", "second": "orders:order:place", "back": true, "outline": true,
		"help": true, "closed": true,
		"result": "orders:order:place v1Places an order in the old way.",
		"next": "orders:order:place v2Places an order.",
		"opened": "/docs/orders:order:place/2",
		"tries": true, "answered": "orders:order:place:response",
		"skip": "Skip to the content"}`,
	"theme": `{"before": "rgb(255, 255, 255)", "after": "rgb(20, 22, 26)", "kept": "rgb(20, 22, 26)"}`,
	"withoutJavaScript": `{
		"events": 3, "deadOnIndex": 0,
		"title": "orders:order:place v2", "readable": true, "changes": true, "schema": true, "deadOnEvent": 0}`,
	"internal": `{"leaks": [], "found": []}`,
	"hostile": `{"events": 3, "overflow": false, "found": 3, "pages": [
		{"script": 0, "shown": "\"'><img src=x onerror=alert(6)> v1", "overflow": false, "answer": "\"'><img src=x onerror=alert(6)>:response"},
		{"script": 0, "shown": "<script>alert(5)</script>:x:y v1", "overflow": false, "answer": "<script>alert(5)</script>:x:y:response"},
		{"script": 0, "shown": "a/../b?c#d%2e:e f v1", "overflow": false, "answer": "a/../b?c#d%2e:e f:response"}]}`,
	"print": `{"header": false, "footer": false, "#console": false, "main h1": true, "#request .fields": true}`,

	// 11 states, light and dark, 1100 and 360 pixels wide.
	"accessible": `{"states": 44, "found": []}`,
}
