/// Items with weights, ready for draws. An item of weight zero is never drawn.
struct WeightTable<Item: Sendable>: Sendable {
  struct Entry: Sendable {
    let item: Item
    /// What the trace calls it: `landing:3`.
    let name: String
    /// What a draw of it leaves in the trace: `landing:3 w=100/150`, or `landing:3` when there was no choice.
    let reason: String
    let weight: UInt64
    /// The sum of the weights up to and including this one.
    fileprivate let upTo: UInt64
  }

  /// What was drawn, and what would have been if it were open.
  struct Draw: Sendable {
    let entry: Entry
    let insteadOf: Entry?
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
      let reason = drawn.count == 1 ? name : "\(name) w=\(weight)/\(total)"
      return Entry(item: item, name: name, reason: reason, weight: weight, upTo: sum)
    }
  }

  /// Nil when nothing has weight.
  func draw(_ generator: ChaChaGenerator) -> Entry? {
    guard entries.count > 1 else { return entries.first }
    let point = generator.below(total)
    return entries.first { point < $0.upTo }
  }

  /// One of the open items: each has the share of its weight among those that are open. Nil when none is.
  func draw(_ generator: ChaChaGenerator, where isOpen: (Item) -> Bool) -> Draw? {
    guard let first = draw(generator) else { return nil }
    if isOpen(first.item) { return Draw(entry: first, insteadOf: nil) }
    // Who is drawn in the place of one that is closed is drawn by the same shares, so the shares over all stay right.
    let open = entries.filter { isOpen($0.item) }
    var point = open.count > 1 ? generator.below(open.reduce(0) { $0 + $1.weight }) : 0
    for entry in open {
      if point < entry.weight { return Draw(entry: entry, insteadOf: first) }
      point -= entry.weight
    }
    return nil
  }
}

/// A landing or offer.
protocol FlowItem: Sendable {
  var id: Int64 { get }
}

extension Snapshot.Landing: FlowItem {}
extension Snapshot.Offer: FlowItem {}

extension WeightTable where Item: FlowItem {
  /// The entry of an item that can be drawn.
  func entry(_ id: Int64) -> Entry? { entries.first { $0.item.id == id } }
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
