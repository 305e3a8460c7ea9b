/// A tracker's version as far as it can be compared: `1.4.2`, with whatever follows the numbers ignored.
struct ReleaseVersion: Comparable, Sendable, CustomStringConvertible {
  private let numbers: [Int]

  /// One to four numbers between dots, an optional leading `v`; nil for anything else.
  init?(_ text: String) {
    let core = text.drop { $0 == "v" }.prefix { $0 == "." || ("0"..."9").contains($0) }
    let parts = core.split(separator: ".", omittingEmptySubsequences: false).map { Int($0) }
    guard (1...4).contains(parts.count), !parts.contains(nil) else { return nil }
    numbers = parts.compactMap { $0 }
  }

  private func number(_ index: Int) -> Int { index < numbers.count ? numbers[index] : 0 }

  static func < (left: ReleaseVersion, right: ReleaseVersion) -> Bool {
    for index in 0..<4 where left.number(index) != right.number(index) {
      return left.number(index) < right.number(index)
    }
    return false
  }

  static func == (left: ReleaseVersion, right: ReleaseVersion) -> Bool { !(left < right) && !(right < left) }

  var description: String { numbers.map(String.init).joined(separator: ".") }
}
