/// A part of the whole in millionths: a tax rate or a discount. 19 % is 190,000.
public struct Rate: Hashable, Sendable {
  public static let whole: Int64 = 1_000_000
  public static let zero = Rate(unchecked: 0)

  public let millionths: Int64

  /// Nil beyond 0 to 100 %.
  public init?(millionths: Int64) {
    guard (0...Self.whole).contains(millionths) else { return nil }
    self.millionths = millionths
  }

  private init(unchecked millionths: Int64) { self.millionths = millionths }

  /// From a percentage with at most four places: `19`, `8.875`. Nil for anything else.
  public init?(percent text: some StringProtocol) {
    let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard let whole = parts.first, (1...3).contains(whole.utf8.count), parts.count == 1 || !parts[1].isEmpty else {
      return nil
    }
    let fraction = parts.count == 2 ? parts[1] : ""
    let digits = "\(whole)\(fraction)"
    guard fraction.utf8.count <= 4, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    guard let number = Int64(digits + String(repeating: "0", count: 4 - fraction.utf8.count)) else { return nil }
    self.init(millionths: number)
  }

  /// Without needless zeros: `19`, `8.875`.
  public var percent: String {
    let (whole, fraction) = millionths.quotientAndRemainder(dividingBy: 10_000)
    guard fraction > 0 else { return "\(whole)" }
    let digits = String(repeating: "0", count: 4 - String(fraction).count) + String(fraction)
    let end = digits.lastIndex { $0 != "0" } ?? digits.startIndex
    return "\(whole).\(digits[...end])"
  }
}
