package main

import (
	"strings"

	"github.com/evoke-rpc/evoke/internal/load"
)

// benchBuckets is how many buckets of a histogram are told at most.
const benchBuckets = 24

// A benchDocument is the result of a bench for programs. Times are in milliseconds.
type benchDocument struct {
	URL         string  `json:"url"`
	Event       string  `json:"event"`
	Version     int     `json:"version"`
	Loop        string  `json:"loop"` // open or closed
	Concurrency int     `json:"concurrency"`
	RateAsked   float64 `json:"rateAsked,omitempty"`
	Batch       int     `json:"batch,omitempty"`

	Interrupted     bool         `json:"interrupted"`
	ElapsedMs       float64      `json:"elapsedMs"`
	Calls           int64        `json:"calls"`
	CallsPerSecond  float64      `json:"callsPerSecond"`
	Failed          int64        `json:"failed"`
	Events          int64        `json:"events"`
	EventsAnswered  int64        `json:"eventsAnswered"`
	EventsPerSecond float64      `json:"eventsPerSecond"`
	Errors          []benchError `json:"errors"`
	CutOff          int64        `json:"cutOff"`
	Missed          int64        `json:"missed"`
	Backlog         int64        `json:"backlog"`
	ResponseBytes   int64        `json:"responseBytes"` // the mean

	LatencyMs quantilesMs   `json:"latencyMs"`
	ServiceMs quantilesMs   `json:"serviceMs"`
	Histogram []benchBucket `json:"histogram"`
	Generator generatorMs   `json:"generator"`
}

type benchError struct {
	Kind  string `json:"kind"`
	Code  string `json:"code,omitempty"`
	Count int64  `json:"count"`
}

type quantilesMs struct {
	Min  float64 `json:"min"`
	Mean float64 `json:"mean"`
	P50  float64 `json:"p50"`
	P90  float64 `json:"p90"`
	P99  float64 `json:"p99"`
	P999 float64 `json:"p999"`
	Max  float64 `json:"max"`
}

type benchBucket struct {
	FromMs float64 `json:"fromMs"`
	ToMs   float64 `json:"toMs"`
	Count  int64   `json:"count"`
}

type generatorMs struct {
	WaitMs      delayMs `json:"waitMs"`
	LagMs       delayMs `json:"lagMs"`
	ProcessorMs delayMs `json:"processorMs"`
	Limit       limit   `json:"limit"`
}

type delayMs struct {
	Mean float64 `json:"mean"`
	Max  float64 `json:"max"`
}

func (b *bench) document(r load.Result) benchDocument {
	each := int64(b.eventsPerCall())
	d := benchDocument{
		URL: b.target.url, Event: b.target.name, Version: b.target.version,
		Loop: "closed", Concurrency: b.workers, RateAsked: b.rate, Batch: b.batch,
		Interrupted: r.Interrupted, ElapsedMs: milliseconds(r.Elapsed),
		Calls: r.Calls, CallsPerSecond: r.Rate(), Failed: r.Failed,
		Events: r.Calls * each, EventsAnswered: b.answered.Load(), EventsPerSecond: r.Rate() * float64(each),
		Errors: []benchError{}, CutOff: r.CutOff, Missed: r.Missed, Backlog: r.Backlog, ResponseBytes: b.sizes.mean(),
		LatencyMs: quantilesOf(r.Latency), ServiceMs: quantilesOf(r.Service), Histogram: []benchBucket{},
		Generator: generatorMs{WaitMs: delayOf(r.Wait), LagMs: delayOf(r.Lag), ProcessorMs: delayOf(r.Processor), Limit: b.judge(r).limit},
	}
	if b.rate > 0 {
		d.Loop = "open"
	}
	for _, e := range r.Errors {
		kind, code, _ := strings.Cut(e.Label, " ")
		d.Errors = append(d.Errors, benchError{kind, code, e.Count})
	}
	for _, bucket := range r.Latency.Buckets(benchBuckets) {
		d.Histogram = append(d.Histogram, benchBucket{milliseconds(bucket.From), milliseconds(bucket.To), bucket.Count})
	}
	return d
}

func quantilesOf(h *load.Histogram) quantilesMs {
	return quantilesMs{
		Min: milliseconds(h.Min()), Mean: milliseconds(h.Mean()), P50: milliseconds(h.Quantile(0.5)), P90: milliseconds(h.Quantile(0.9)),
		P99: milliseconds(h.Quantile(0.99)), P999: milliseconds(h.Quantile(0.999)), Max: milliseconds(h.Max()),
	}
}

func delayOf(d load.Delay) delayMs { return delayMs{milliseconds(d.Mean), milliseconds(d.Max)} }
