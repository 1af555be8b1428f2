package main

// A row is a line of the table and of the file of results. What was not measured is
// zero.
type row struct {
	Case      string `json:"case"`
	Contender string `json:"contender"`
	// Peer is another framework, neither Evoke nor a floor.
	Peer bool `json:"peer,omitempty"`
	// Ratio is to the first row of the case, round by round: of requests per second
	// where these were counted, of bytes where only these were, and of CPU time
	// otherwise.
	Ratio spread `json:"ratio"`
	// CPU and Wall are nanoseconds per event, end to end those of the server; Allocs
	// and Bytes are what an event allocates. All are medians.
	CPU    float64 `json:"cpuNs,omitempty"`
	Wall   float64 `json:"wallNs,omitempty"`
	Allocs float64 `json:"allocs,omitempty"`
	Bytes  float64 `json:"bytes,omitempty"`
	// Added is how many nanoseconds of CPU time a call takes more than in the first
	// row of the case.
	Added *spread `json:"addedNs,omitempty"`
	// PerSecond is requests per second, P99 a percentile of their latency in
	// milliseconds.
	PerSecond float64 `json:"perSecond,omitempty"`
	P99       float64 `json:"p99Ms,omitempty"`
	// Goroutines is how many there were at a time, beside those before the call.
	Goroutines int64  `json:"goroutines,omitempty"`
	Note       string `json:"note,omitempty"`
	Goals      []goal `json:"goals,omitempty"`
}

// rowsOf compares subjects with the first of them.
func rowsOf(name string, subjects []subject, samples [][]sample) []row {
	rows := make([]row, len(subjects))
	for i, s := range subjects {
		ratios := make([]float64, len(samples[i]))
		for round := range ratios {
			ratios[round] = samples[i][round].cpu / samples[0][round].cpu
		}
		rows[i] = row{
			Case: name, Contender: s.name, Peer: s.peer, Ratio: spreadOf(ratios),
			CPU: medianOf(samples[i], cpuOf), Wall: medianOf(samples[i], wallOf),
			Allocs: medianOf(samples[i], allocsOf), Bytes: medianOf(samples[i], bytesOf),
		}
	}
	return rows
}
