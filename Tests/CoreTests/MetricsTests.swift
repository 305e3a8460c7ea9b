import Core
import Testing

@Suite struct MetricsTests {
  @Test func aRegistryIsWrittenInPrometheusTextFormat() {
    let registry = MetricsRegistry()
    let ok = registry.counter("clicks_total", "Clicks answered.", labels: [("status", "ok")])
    registry.gauge("queue_length", "Clicks waiting.") { 2.5 }
    let blocked = registry.counter("clicks_total", "Clicks answered.", labels: [("status", "blocked")])
    let plain = registry.counter("starts_total", "Starts.")
    ok.increment()
    ok.increment(by: 41)
    blocked.increment()
    #expect(plain.value == 0)
    #expect(
      registry.prometheusText() == """
        # HELP clicks_total Clicks answered.
        # TYPE clicks_total counter
        clicks_total{status="ok"} 42
        clicks_total{status="blocked"} 1
        # HELP queue_length Clicks waiting.
        # TYPE queue_length gauge
        queue_length 2.5
        # HELP starts_total Starts.
        # TYPE starts_total counter
        starts_total 0

        """)
  }

  @Test func bucketsAreCumulativeAndInclusive() {
    let registry = MetricsRegistry()
    let histogram = registry.histogram("step_seconds", "How long a step takes.", labels: [("step", "flow")])
    for duration: Duration in [.microseconds(500), .microseconds(501), .milliseconds(250), .seconds(1), .seconds(60)] {
      histogram.record(duration)
    }
    let lines = registry.prometheusText().split(separator: "\n").map(String.init)
    #expect(lines[0] == "# HELP step_seconds How long a step takes.")
    #expect(lines[1] == "# TYPE step_seconds histogram")
    let bounds = [
      "0.0005", "0.001", "0.0025", "0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1.0", "2.5", "5.0", "10.0",
      "+Inf",
    ]
    let counts = [1, 2, 2, 2, 2, 2, 2, 2, 3, 3, 4, 4, 4, 4, 5]
    for (index, (bound, count)) in zip(bounds, counts).enumerated() {
      #expect(lines[index + 2] == "step_seconds_bucket{step=\"flow\",le=\"\(bound)\"} \(count)")
    }
    #expect(lines[17] == "step_seconds_sum{step=\"flow\"} 61.251001")
    #expect(lines[18] == "step_seconds_count{step=\"flow\"} 5")
    #expect(lines.count == 19)
  }

  @Test func aHistogramWithoutLabelsHasOnlyItsBounds() {
    let registry = MetricsRegistry()
    registry.histogram("wait_seconds", "Waiting.").record(.milliseconds(1))
    let text = registry.prometheusText()
    #expect(text.contains("wait_seconds_bucket{le=\"0.001\"} 1\n"))
    #expect(text.contains("wait_seconds_bucket{le=\"0.0005\"} 0\n"))
    #expect(text.contains("wait_seconds_count 1\n"))
  }

  @Test func labelValuesAndHelpCannotBreakTheFormat() {
    let registry = MetricsRegistry()
    _ = registry.counter("odd_total", "One\nline \\ \"only\".", labels: [("pool", "a\"b\\c\nd")])
    #expect(
      registry.prometheusText() == #"""
        # HELP odd_total One\nline \\ "only".
        # TYPE odd_total counter
        odd_total{pool="a\"b\\c\nd"} 0

        """#)
  }

  @Test func gaugesAreReadWhenAskedFor() {
    let registry = MetricsRegistry()
    let source = Counter()
    registry.gauge("live", "Live.") { Double(source.value) }
    #expect(registry.prometheusText().contains("live 0.0\n"))
    source.increment(by: 3)
    #expect(registry.prometheusText().contains("live 3.0\n"))
  }

  @Test func concurrentIncrementsAreAllCounted() async {
    let registry = MetricsRegistry()
    let counter = registry.counter("all_total", "All.")
    let histogram = registry.histogram("all_seconds", "All.")
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<8 {
        group.addTask {
          for _ in 0..<1_000 {
            counter.increment()
            histogram.record(.milliseconds(1))
          }
        }
      }
    }
    #expect(counter.value == 8_000)
    #expect(registry.prometheusText().contains("all_seconds_count 8000\n"))
  }
}
