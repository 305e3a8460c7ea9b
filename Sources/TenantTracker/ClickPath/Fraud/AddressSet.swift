public import Core

/// The addresses and ranges of a blacklist, compiled: what one click asks of it costs a search by halves, whether it has
/// ten entries or a hundred thousand. When an entry ends is looked at then.
public struct AddressSet: Sendable {
  public enum Origin: Hashable, Sendable {
    case manual, automatic
  }

  /// Since IPv4 has a table of its own, `::/0` is every IPv6 address and no IPv4 one.
  private let v4: SpanTable<UInt32>
  private let v6: SpanTable<UInt128>

  public static let empty = AddressSet([])

  init(_ entries: [(range: CIDR, origin: Origin, expiresAt: Timestamp?)]) {
    var v4: [SpanTable<UInt32>.Span] = []
    var v6: [SpanTable<UInt128>.Span] = []
    for entry in entries {
      let terms = SpanTerms(entry.origin, until: entry.expiresAt)
      let base = entry.range.base
      if base.isV4 {
        v4.append(.init(base: UInt32(truncatingIfNeeded: base.low), prefix: entry.range.prefix, terms: terms))
      } else {
        v6.append(.init(base: UInt128(base.high) << 64 | UInt128(base.low), prefix: entry.range.prefix, terms: terms))
      }
    }
    self.v4 = SpanTable(v4)
    self.v6 = SpanTable(v6)
  }

  /// Who put the address on the list; nil when it is not on it. What was put there by hand counts first.
  public func origin(of address: IPAddress, at now: Timestamp) -> Origin? {
    let terms =
      address.isV4
      ? v4[UInt32(truncatingIfNeeded: address.low)] : v6[UInt128(address.high) << 64 | UInt128(address.low)]
    guard let terms else { return nil }
    if terms.manualUntil > now.microseconds { return .manual }
    return terms.automaticUntil > now.microseconds ? .automatic : nil
  }
}

/// How long what covers an address lasts, by who put it there. Microseconds since 1970.
struct SpanTerms: Hashable, Sendable, BitwiseCopyable {
  var manualUntil = Int64.min
  var automaticUntil = Int64.min

  init() {}

  init(_ origin: AddressSet.Origin, until time: Timestamp?) {
    let end = time?.microseconds ?? .max
    switch origin {
    case .manual: manualUntil = end
    case .automatic: automaticUntil = end
    }
  }

  /// Of several ranges over one address each lasts as long as it does.
  func joined(_ other: SpanTerms) -> SpanTerms {
    var joined = self
    joined.manualUntil = max(manualUntil, other.manualUntil)
    joined.automaticUntil = max(automaticUntil, other.automaticUntil)
    return joined
  }
}

/// Ranges that may lie in one another, as the line of addresses cut into pieces: of each where it begins and its terms.
struct SpanTable<Bound: FixedWidthInteger & UnsignedInteger & Sendable>: Sendable {
  struct Span: Sendable {
    let first: Bound
    let last: Bound
    let terms: SpanTerms

    init(base: Bound, prefix: Int, terms: SpanTerms) {
      // Smart shift: by the whole width it leaves nothing.
      let rest = Bound.max >> Bound(prefix)
      first = base & ~rest
      last = base | rest
      self.terms = terms
    }
  }

  private let starts: [Bound]
  private let terms: [SpanTerms]

  init(_ spans: [Span]) {
    var pieces = Pieces<Bound>()
    // Ranges of a prefix lie in one another or apart: those that are open form a stack.
    for span in spans.sorted(by: { ($0.first, $1.last) < ($1.first, $0.last) }) { pieces.add(span) }
    pieces.closeAll()
    (starts, terms) = (pieces.starts, pieces.terms)
  }

  /// Nil for what no range covers.
  @inline(__always)
  subscript(address: Bound) -> SpanTerms? {
    guard !starts.isEmpty else { return nil }
    return starts.withUnsafeBufferPointer { starts in
      // The number of pieces that begin at the address or before it.
      var (low, length) = (0, starts.count)
      while length > 0 {
        let half = length / 2
        let isBelow = starts[low + half] <= address
        low = isBelow ? low + half + 1 : low
        length = isBelow ? length - half - 1 : half
      }
      return low == 0 ? nil : terms[low - 1]
    }
  }
}

private struct Pieces<Bound: FixedWidthInteger & UnsignedInteger & Sendable> {
  private(set) var starts: [Bound] = []
  private(set) var terms: [SpanTerms] = []
  private var open: [(last: Bound, terms: SpanTerms)] = []

  mutating func add(_ span: SpanTable<Bound>.Span) {
    while let inner = open.last, inner.last < span.first { close(inner.last) }
    let joined = open.last.map { span.terms.joined($0.terms) } ?? span.terms
    open.append((span.last, joined))
    cut(at: span.first, joined)
  }

  mutating func closeAll() {
    while let inner = open.last { close(inner.last) }
  }

  private mutating func close(_ last: Bound) {
    open.removeLast()
    if last < .max { cut(at: last + 1, open.last?.terms ?? SpanTerms()) }
  }

  private mutating func cut(at start: Bound, _ next: SpanTerms) {
    if starts.last == start {
      starts.removeLast()
      terms.removeLast()
    }
    guard terms.last ?? SpanTerms() != next else { return }
    starts.append(start)
    terms.append(next)
  }
}
