/// Names of the files in a journal's directory.
enum SegmentName {
  /// Holds the journal's ``JournalInstance``.
  static let instance = "instance"

  static func segment(_ number: Int64) -> String { "\(padded(number)).journal" }

  /// The number in a segment's name, or in that of one kept aside.
  static func number(of name: String) -> Int64? {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count >= 2, parts[1] == "journal" else { return nil }
    return Int64(parts[0])
  }

  static func isSegment(_ name: String) -> Bool { name.hasSuffix(".journal") && number(of: name) != nil }

  /// A damaged segment stays beside the others under this name, for somebody to look at.
  static func keptAside(_ name: String) -> String { "\(name).bad" }

  static func setAside(tenantID: Int64, number: Int64) -> String { "\(tenantID).\(padded(number)).aside" }

  static func setAside(_ name: String) -> (tenantID: Int64, number: Int64)? {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[2] == "aside", let tenantID = Int64(parts[0]), let number = Int64(parts[1]) else {
      return nil
    }
    return (tenantID, number)
  }

  private static func padded(_ number: Int64) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, 12 - digits.utf8.count)) + digits
  }
}
