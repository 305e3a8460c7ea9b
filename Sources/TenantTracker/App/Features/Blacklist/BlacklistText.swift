import Core

/// Many addresses and ranges, one a line. What follows `#` on a line is its reason; lines without an address are skipped.
struct BlacklistText: Sendable {
  struct Line: Sendable {
    let range: BlacklistRange
    /// Nil for that of the whole list.
    let reason: String?
  }

  static let lineLimit = 50_000
  /// Further faults are counted, not told.
  static let faultLimit = 100

  /// Each range once, as it was first written.
  private(set) var lines: [Line] = []
  private(set) var faults: [Problem.FieldFault] = []
  private(set) var faultCount = 0
  private var seen: Set<BlacklistRange> = []

  /// - Parameter field: what the lines are called in faults: `lines[11]` is the twelfth.
  init(_ texts: [some StringProtocol], field: String = "lines") {
    for (index, text) in texts.enumerated() { take(text, index, field) }
  }

  init(_ text: String) {
    // Not by characters: a carriage return and a line feed are one.
    self.init(text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline))
  }

  private mutating func take(_ text: some StringProtocol, _ index: Int, _ field: String) {
    let parts = text.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
    let address = String(parts[0]).trimmed
    guard !address.isEmpty else { return }
    switch BlacklistRange.read(address) {
    case .success(let range):
      let reason =
        parts.count > 1 ? String(String(parts[1]).trimmed.prefix(BlacklistEntry.reasonLength.upperBound)) : ""
      if seen.insert(range).inserted { lines.append(Line(range: range, reason: reason.isEmpty ? nil : reason)) }
    case .failure(let fault):
      faultCount += 1
      guard faults.count < Self.faultLimit else { return }
      let shown = address.count > 40 ? "\(address.prefix(40))…" : address
      faults.append(
        .init(field: "\(field)[\(index)]", code: fault.code, message: "Line \(index + 1): “\(shown)” \(fault.message)"))
    }
  }

  /// Throws 422 with every line that can't be read.
  func check() throws(Problem) {
    guard faultCount > 0 else { return }
    var problem = Problem.validation(faults)
    let many = faultCount == 1 ? "1 line is" : "\(faultCount) lines are"
    problem.detail = "\(many) no address or range; nothing was added."
    throw problem
  }
}
