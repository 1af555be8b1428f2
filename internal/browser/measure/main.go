// Command measure prints, as a table in Markdown, what the documentation of services
// of some sizes costs a browser and the server. It runs in the repository's root:
//
//	make deps && go run ./internal/browser/measure
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"time"

	"github.com/evoke-rpc/evoke/docgen"
	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
)

type line struct {
	ProductID string  `json:"productId" pattern:"^p-[0-9]+$" description:"which product, as the catalogue knows it"`
	Count     int     `json:"count" minimum:"1" maximum:"99"`
	Note      *string `json:"note"`
	Parts     []line  `json:"parts,omitempty"`
}

type request struct {
	Customer string            `json:"customer" minLength:"2" description:"who orders"`
	Lines    []line            `json:"lines" minItems:"1"`
	By       time.Time         `json:"by" description:"when it is needed"`
	Parcel   string            `json:"parcel" enum:"waiting,paid,posted"`
	Labels   map[string]string `json:"labels,omitempty"`
}

type response struct {
	ID string `json:"id"`
	request
}

func service(names, versions int) *mux.Mux {
	m := mux.New()
	example := request{Customer: "Ada", Lines: []line{{ProductID: "p-1", Count: 2}}, By: time.Date(2027, 1, 31, 12, 0, 0, 0, time.UTC), Parcel: "waiting"}
	for i := range names {
		for v := range versions {
			mux.Handle(m, fmt.Sprintf("domain%d:thing%d:get", i/10, i), v+1,
				func(_ context.Context, in request) (response, error) { return response{request: in}, nil },
				mux.WithDoc(fmt.Sprintf("Gets thing %d. It is answered **at once**, and nothing is changed.\n\n- it may be called again\n- it needs no rights", i)),
				mux.WithExample(example, response{"o-1", example}),
				mux.WithError(events.KindUnprocessable, "OUT_OF_STOCK", "There is not enough in stock."))
		}
	}
	return m
}

// A page is what measure.js finds of one.
type page struct {
	Requests, Elsewhere, Nodes, Keys                 int
	Paint, PaintMost, Key, KeyMost, Frame, FrameMost float64
	Shown, PeerShown                                 float64 // in turns; 0 if not measured
}

// A result is about one service.
type result struct {
	Index, Event page
	code         int // bytes of script and style, compressed
	site         time.Duration
	cold, warm   []time.Duration
}

func main() {
	log.SetFlags(0)
	if err := run(); err != nil {
		log.Fatal("measure: ", err)
	}
}

func run() error {
	explorer, err := fetchPeer()
	if err != nil {
		return err
	}
	sizes := []struct{ names, versions int }{{100, 2}, {2000, 1}}
	var list []result
	for _, size := range sizes {
		m := service(size.names, size.versions)
		r := serverTimes(m, size.names)
		server := httptest.NewServer(beside(m, service(100, 1), explorer))
		peer := ""
		if size.names == 100 {
			peer = server.URL + "/peer.html"
		}
		err := r.browse(peer, server.URL+"/docs/")
		server.Close()
		if err != nil {
			return err
		}
		list = append(list, r)
	}
	row := func(what string, cell func(result) string) {
		fmt.Printf("| %s | %s | %s |\n", what, cell(list[0]), cell(list[1]))
	}
	ms := func(f float64) string { return fmt.Sprintf("%.1f ms", f) }
	us := func(d time.Duration) string { return fmt.Sprintf("%.3f ms", d.Seconds()*1000) }
	fmt.Print("| | 100 events x 2 versions | 2 000 events |\n|---|---|---|\n")
	row("script + style, gzip", func(r result) string { return fmt.Sprintf("%.1f KB", float64(r.code)/1000) })
	row("requests of the index, of them to elsewhere", func(r result) string { return fmt.Sprintf("%d, %d", r.Index.Requests, r.Index.Elsewhere) })
	row("content visible, index, median and most of 7", func(r result) string { return ms(r.Index.Paint) + ", " + ms(r.Index.PaintMost) })
	row("content visible, page of an event, median and most of 7", func(r result) string { return ms(r.Event.Paint) + ", " + ms(r.Event.PaintMost) })
	row("content visible : that of "+peerName+" with 100 operations, in turns, medians of 14", func(r result) string {
		if r.Index.PeerShown == 0 {
			return ""
		}
		return fmt.Sprintf("%s : %s, ratio %.2f", ms(r.Index.Shown), ms(r.Index.PeerShown), r.Index.Shown/r.Index.PeerShown)
	})
	row("DOM nodes, index", func(r result) string { return strconv.Itoa(r.Index.Nodes) })
	row("DOM nodes, page of an event", func(r result) string { return strconv.Itoa(r.Event.Nodes) })
	row("keystroke to result laid out, median and most", func(r result) string {
		return fmt.Sprintf("%s, %s (%d keys)", ms(r.Index.Key), ms(r.Index.KeyMost), r.Index.Keys)
	})
	row("keystroke to result in a frame, median and most", func(r result) string { return ms(r.Index.Frame) + ", " + ms(r.Index.FrameMost) })
	row("server: reading the catalogue and the first page", func(r result) string { return us(r.site) })
	row("server: a page for the first time, median and 99 %", func(r result) string { return us(at(r.cold, .5)) + ", " + us(at(r.cold, .99)) })
	row("server: a page again, gzip, median and 99 %", func(r result) string { return us(at(r.warm, .5)) + ", " + us(at(r.warm, .99)) })
	return nil
}

func at(list []time.Duration, part float64) time.Duration {
	slices.Sort(list)
	return list[int(float64(len(list)-1)*part)]
}

// serverTimes asks for each page twice.
func serverTimes(m *mux.Mux, names int) (r result) {
	h := docgen.Handler(m, docgen.WithConsole())
	get := func(path string) (time.Duration, int) {
		request := httptest.NewRequest(http.MethodGet, path, nil)
		request.Header.Set("Accept-Encoding", "gzip")
		w := httptest.NewRecorder()
		begun := time.Now()
		h.ServeHTTP(w, request)
		took := time.Since(begun)
		if w.Code != http.StatusOK {
			panic(fmt.Sprint(path, " was answered ", w.Code))
		}
		return took, w.Body.Len()
	}
	event := func(i int) string { return fmt.Sprintf("/docs/domain%d:thing%d:get/1", i/10, i) }
	r.site, _ = get(event(0))
	for i := 1; i < names; i++ {
		took, _ := get(event(i))
		r.cold = append(r.cold, took)
	}
	for i := range names {
		took, _ := get(event(i))
		r.warm = append(r.warm, took)
	}
	for _, file := range []string{"script.js", "style.css"} {
		_, size := get("/docs/" + file)
		r.code += size
	}
	return r
}

// browse adds what a browser takes.
func (r *result) browse(peer, url string) error {
	cmd := exec.Command("node", "internal/browser/measure.js", peer, url)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return err
	}
	var all map[string]*result
	if err := json.NewDecoder(bytes.NewReader(out)).Decode(&all); err != nil {
		return err
	}
	r.Index, r.Event = all[url].Index, all[url].Event
	return nil
}
