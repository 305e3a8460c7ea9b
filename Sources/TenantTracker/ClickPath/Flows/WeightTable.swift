/// Items with weights, ready for draws. An item of weight zero is never drawn.
struct WeightTable<Item: Sendable>: Sendable {
  struct Entry: Sendable {
    let item: Item
    /// What a draw of it leaves in the trace: `landing:3 w=100/150`, or `landing:3` when there was no choice.
    let reason: String
    /// The sum of the weights up to and including this one.
    fileprivate let upTo: UInt64
  }

  let entries: [Entry]
  let total: UInt64

  /// - Parameter label: Names an item in the trace: `landing:3`.
  init(_ items: [(item: Item, weight: Int)], label: (Item) -> String) {
    let drawn = items.filter { $0.weight > 0 }.map { ($0.item, UInt64(min($0.weight, Weights.limit))) }
    let total = drawn.reduce(0) { $0 + $1.1 }
    var sum: UInt64 = 0
    self.total = total
    entries = drawn.map { item, weight in
      sum += weight
      let name = label(item)
      return Entry(item: item, reason: drawn.count == 1 ? name : "\(name) w=\(weight)/\(total)", upTo: sum)
    }
  }

  /// Nil when nothing has weight.
  func draw(_ generator: ChaChaGenerator) -> Entry? {
    guard entries.count > 1 else { return entries.first }
    let point = generator.below(total)
    return entries.first { point < $0.upTo }
  }
}

/// Arithmetic on weights for the flow editor.
public enum Weights {
  /// Larger ones count as this: sums stay far from overflow.
  static let limit = 1_000_000_000

  /// What every item has after Balance.
  public static let balanced = 100

  /// Equal weights for all items in use. One that is switched off by weight zero stays off, unless all of them are.
  public static func balance(_ weights: [Int]) -> [Int] {
    let allOff = weights.allSatisfy { $0 == 0 }
    return weights.map { $0 == 0 && !allOff ? 0 : balanced }
  }
}
