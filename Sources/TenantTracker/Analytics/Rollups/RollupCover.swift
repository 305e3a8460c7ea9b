public import Core

/// From what the clicks of a stretch of time are counted: each moment of it from exactly one source.
public struct RollupCover: Sendable, Hashable {
  public enum Source: String, Sendable {
    case days, hours
    /// The rows of `clicks` themselves.
    case raw
  }

  public struct Piece: Sendable, Hashable {
    public let source: Source
    public let range: Range<Timestamp>
  }

  /// In the order of time.
  public private(set) var pieces: [Piece]

  /// Nothing but clicks.
  init(raw range: Range<Timestamp>) {
    pieces = range.isEmpty ? [] : [Piece(source: .raw, range: range)]
  }

  /// - Parameter runs: of buckets that follow one another; disjoint, and inside what is raw so far.
  mutating func use(_ runs: [Range<Timestamp>], of span: RollupSpan) {
    guard !runs.isEmpty else { return }
    let source: Source = span == .day ? .days : .hours
    let sorted = runs.sorted { $0.lowerBound < $1.lowerBound }
    pieces = pieces.flatMap { piece -> [Piece] in
      guard piece.source == .raw else { return [piece] }
      var (rest, parts) = (piece.range, [Piece]())
      for run in sorted where piece.range.contains(run) {
        if rest.lowerBound < run.lowerBound {
          parts.append(Piece(source: .raw, range: rest.lowerBound..<run.lowerBound))
        }
        parts.append(Piece(source: source, range: run))
        rest = run.upperBound..<rest.upperBound
      }
      if !rest.isEmpty { parts.append(Piece(source: .raw, range: rest)) }
      return parts
    }
  }

  func ranges(_ source: Source) -> [Range<Timestamp>] { pieces.filter { $0.source == source }.map(\.range) }
}
