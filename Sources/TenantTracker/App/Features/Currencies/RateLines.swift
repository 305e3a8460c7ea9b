import Conversions
import Core

/// Rates as lines of text: `2026-11-20,EUR,USD,1.0825`. Commas, semicolons or tabs; a first line of names is skipped.
struct RateLines: Sendable {
  static let lineLimit = 20_000

  private(set) var quotes: [RateQuote] = []
  private(set) var faults: [Problem.FieldFault] = []
  private static let mostFaults = 20

  init(_ text: String) {
    var seen: Set<CurrencyRate.Key> = []
    for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
      let line = line.trimmed
      if line.isEmpty || line.hasPrefix("#") || (index == 0 && Self.isHeading(line)) { continue }
      guard let quote = Self.quote(line) else {
        note(index, "rate", "must be a date, two currencies and a rate, such as 2026-11-20,EUR,USD,1.0825")
        continue
      }
      let key = CurrencyRate.Key(day: quote.day, base: quote.base, currency: quote.currency)
      if !seen.insert(key).inserted { note(index, "duplicate", "has the day and currencies of a line before") }
      quotes.append(quote)
    }
  }

  private static func isHeading(_ line: String) -> Bool { line.first?.isLetter ?? false }

  private static func quote(_ line: String) -> RateQuote? {
    let separator: Character = line.contains(";") ? ";" : line.contains("\t") ? "\t" : ","
    let cells = line.split(separator: separator, omittingEmptySubsequences: false).map { cell in
      cell.trimmed.trimmingPrefix("\"").hasSuffix("\"")
        ? String(cell.trimmed.trimmingPrefix("\"").dropLast()) : String(cell.trimmed)
    }
    guard cells.count == 4, let day = LocalDate(cells[0]), let base = Currency(cells[1]),
      let currency = Currency(cells[2]), base != currency, let rate = ExchangeRate(cells[3])
    else { return nil }
    return RateQuote(day: day, base: base, currency: currency, rate: rate)
  }

  private mutating func note(_ line: Int, _ code: String, _ message: String) {
    guard faults.count < Self.mostFaults else { return }
    faults.append(.init(field: "lines[\(line)]", code: code, message: message))
  }
}
