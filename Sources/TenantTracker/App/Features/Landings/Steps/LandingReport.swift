import ClickPath
import Core

/// What a landing's script says of its visitor.
struct LandingReport: Sendable {
  enum Content: Sendable {
    case step(ClickStepStore.Step)
    /// Lander protection let nobody in.
    case denied([SpySign])
  }

  let click: ClickID
  let content: Content
  let at: Timestamp

  static let steps: ClosedRange<Int64> = 1...100
  static let nameLimit = 100
  /// Bytes of a report.
  static let sizeLimit = 2_048

  /// `{click_id, step, name}`.
  init(step body: [UInt8], at now: Timestamp) throws(Problem) {
    var fields = try LandingReport.fields(body)
    let click = try LandingReport.click(&fields)
    let number = fields.int("step", range: LandingReport.steps)
    let name = fields.optionalString("name", length: 0...LandingReport.nameLimit) ?? nil
    try fields.finish()
    guard let click, let number else { throw .internalError() }
    self.click = click
    content = .step(.init(number: Int(number), name: LandingReport.clean(name ?? ""), at: now))
    at = now
  }

  /// `{click_id, signs}`. Signs that are none of ours count for nothing.
  init(denial body: [UInt8], at now: Timestamp) throws(Problem) {
    var fields = try LandingReport.fields(body)
    let click = try LandingReport.click(&fields)
    let names = fields.optionalStrings("signs", max: 20, length: 40) ?? nil
    let signs = (names ?? []).compactMap(SpySign.init(rawValue:))
    if signs.isEmpty { fields.fault("signs", "required", "must name a sign") }
    try fields.finish()
    guard let click else { throw .internalError() }
    self.click = click
    content = .denied(Array(Set(signs)))
    at = now
  }

  private static func fields(_ body: [UInt8]) throws(Problem) -> FieldReader {
    let document: JSONValue
    do { document = try JSONValue.parse(body) } catch {
      throw .badRequest("The body is no JSON.", code: "malformed_json")
    }
    return try FieldReader(document)
  }

  /// A text that is no id of ours names no click.
  private static func click(_ fields: inout FieldReader) throws(Problem) -> ClickID? {
    guard let text = fields.string("click_id", length: 1...100) else { return nil }
    guard let id = ClickID(text), id.isVersion7 else { throw .notFound("click") }
    return id
  }

  /// Postgres refuses NUL, whoever reads the log refuses the rest.
  private static func clean(_ name: String) -> String {
    String(name.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : Character($0) })
  }
}
