import Synchronization

/// A count that only grows.
public final class Counter: Sendable {
  private let count = Atomic<Int>(0)
  public init() {}
  public func increment(by amount: Int = 1) { count.add(amount, ordering: .relaxed) }
  public var value: Int { count.load(ordering: .relaxed) }
}

/// How long things take: counts per upper bound in seconds, Prometheus's cumulative buckets.
public final class Histogram: Sendable {
  public static let standardBounds: [Double] = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
  ]

  struct State {
    var counts: [Int]
    var sum = 0.0
  }

  let bounds: [Double]
  let state: Mutex<State>

  public init(bounds: [Double] = standardBounds) {
    self.bounds = bounds
    state = Mutex(State(counts: Array(repeating: 0, count: bounds.count + 1)))
  }

  public func record(_ duration: Duration) {
    let seconds = Double(duration.wholeMicroseconds) / 1_000_000
    let bucket = bounds.firstIndex { seconds <= $0 } ?? bounds.count
    state.withLock {
      $0.counts[bucket] += 1
      $0.sum += seconds
    }
  }
}

/// All metrics of a process, written in Prometheus's text format. Made at start-up, read at `/metrics`.
public final class MetricsRegistry: Sendable {
  private enum Instrument: Sendable {
    case counter(Counter)
    case readCounter(@Sendable () -> Int)
    case gauge(@Sendable () -> Double)
    case histogram(Histogram)

    var kind: String {
      switch self {
      case .counter, .readCounter: "counter"
      case .gauge: "gauge"
      case .histogram: "histogram"
      }
    }
  }

  private struct Family: Sendable {
    let name: String
    let help: String
    var series: [(labels: String, instrument: Instrument)]
  }

  private let families = Mutex<[Family]>([])

  public init() {}

  /// - Parameter labels: a bounded set of values; never a path, an id or anything a visitor sends.
  public func counter(_ name: String, _ help: String, labels: [(String, String)] = []) -> Counter {
    let counter = Counter()
    add(name, help, labels, .counter(counter))
    return counter
  }

  /// A value read when asked for.
  public func gauge(
    _ name: String, _ help: String, labels: [(String, String)] = [], value: @escaping @Sendable () -> Double
  ) {
    add(name, help, labels, .gauge(value))
  }

  /// A count kept elsewhere, read when asked for.
  public func counter(_ name: String, _ help: String, value: @escaping @Sendable () -> Int) {
    add(name, help, [], .readCounter(value))
  }

  public func histogram(_ name: String, _ help: String, labels: [(String, String)] = []) -> Histogram {
    let histogram = Histogram()
    add(name, help, labels, .histogram(histogram))
    return histogram
  }

  private func add(_ name: String, _ help: String, _ labels: [(String, String)], _ instrument: Instrument) {
    let text = labels.map { "\($0.0)=\"\(escaped($0.1, quotes: true))\"" }.joined(separator: ",")
    families.withLock { families in
      if let index = families.firstIndex(where: { $0.name == name }) {
        families[index].series.append((text, instrument))
      } else {
        families.append(Family(name: name, help: escaped(help, quotes: false), series: [(text, instrument)]))
      }
    }
  }

  private func escaped(_ text: String, quotes: Bool) -> String {
    var output = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": output += #"\\"#
      case "\n": output += #"\n"#
      case "\"" where quotes: output += #"\""#
      default: output.unicodeScalars.append(scalar)
      }
    }
    return output
  }

  public func prometheusText() -> String {
    var text = ""
    for family in families.withLock({ $0 }) {
      text += "# HELP \(family.name) \(family.help)\n"
      text += "# TYPE \(family.name) \(family.series.first?.instrument.kind ?? "untyped")\n"
      for (labels, instrument) in family.series {
        switch instrument {
        case .counter(let counter): text += sample(family.name, labels, "\(counter.value)")
        case .readCounter(let value): text += sample(family.name, labels, "\(value())")
        case .gauge(let value): text += sample(family.name, labels, "\(value())")
        case .histogram(let histogram): text += samples(family.name, labels, histogram)
        }
      }
    }
    return text
  }

  private func samples(_ name: String, _ labels: String, _ histogram: Histogram) -> String {
    let state = histogram.state.withLock { $0 }
    var text = ""
    var total = 0
    for (index, count) in state.counts.enumerated() {
      total += count
      let bound = index < histogram.bounds.count ? "\(histogram.bounds[index])" : "+Inf"
      text += sample("\(name)_bucket", labels.isEmpty ? "le=\"\(bound)\"" : "\(labels),le=\"\(bound)\"", "\(total)")
    }
    return text + sample("\(name)_sum", labels, "\(state.sum)") + sample("\(name)_count", labels, "\(total)")
  }

  private func sample(_ name: String, _ labels: String, _ value: String) -> String {
    labels.isEmpty ? "\(name) \(value)\n" : "\(name){\(labels)} \(value)\n"
  }
}
