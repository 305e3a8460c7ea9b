import Core

@testable import ClickPath

/// What became of a request, in the words of a golden file.
struct GoldenAnswer {
  let end: String
  let status: Int
  let destination: String?
  let body: String
  let trace: [String]
  private(set) var event: ClickEvent?
  private(set) var headers: [HeaderField] = []
  /// The call to action's link on a page, or the landing's parameter.
  private(set) var button: String?
  /// What must never be, whatever a golden file says.
  private(set) var breaches: [String] = []

  /// A path that the framework answers.
  static let notOurs = GoldenAnswer(end: "framework", status: 0, trace: [])

  private init(end: String, status: Int, destination: String? = nil, body: String = "", trace: [String]) {
    (self.end, self.status, self.destination, self.body, self.trace) = (end, status, destination, body, trace)
  }

  /// - Parameter click: whose id is `$c`.
  init(_ end: String, _ answer: TrackingAnswer, trace: [String] = [], click: ClickID? = nil, visitor: VisitorID? = nil)
  {
    let fold = { (text: String) in GoldenAnswer.folded(text, click, visitor) }
    self.init(
      end: end, status: answer.status, destination: answer.destination.map(fold),
      body: fold(String(decoding: answer.body, as: UTF8.self)), trace: trace.map(fold))
    headers = answer.headers
    if answer.header("Cache-Control") != "no-store" { breaches.append("a cache may keep it") }
  }

  /// - Parameter told: what a rehearsal said a moment before.
  init(_ result: ClickResult, told: JSONValue) {
    let trace = told["trace"]?.arrayValue?.compactMap(\.stringValue) ?? []
    let event = result.event
    let end =
      if let event {
        event.status.rawValue
      } else if let reason = result.uncounted, result.stop?.status != nil || result.stop == nil {
        "uncounted(\(reason.rawValue))"
      } else { "lost(\(result.stop?.rawValue ?? "")" + ")" }
    self.init(end, result.answer, trace: event?.trace ?? trace, click: event?.id, visitor: event?.visitorID)
    self.event = event
    button = GoldenAnswer.button(
      in: String(decoding: result.answer.body, as: UTF8.self) + (result.answer.destination ?? ""))
    checkCookies(result.answer)
    if let event, event.trace.filter({ $0 != "auto_blacklist" }) != trace { breaches.append("?test=1 says \(trace)") }
  }

  init(explained told: JSONValue) {
    self.init(
      end: "explained(\(told["decision"]?.stringValue ?? ""))", status: told["status"]?.intValue.map { Int($0) } ?? 0,
      destination: told["location"]?.stringValue.map { GoldenAnswer.folded($0, nil, nil) }, body: told.text,
      trace: told["trace"]?.arrayValue?.compactMap(\.stringValue) ?? [])
  }

  /// Who is recorded hears of it, and who has no name is given one; nobody else.
  private mutating func checkCookies(_ answer: TrackingAnswer) {
    let cookies = answer.headers.filter { $0.name == "Set-Cookie" }.map(\.value)
    let click = event.map { "_tly_click=\($0.id)" }
    let visitor = event.flatMap { $0.hadCookie ? nil : $0.visitorID }.map { "_tly_vid=\($0)" }
    let wanted = [click, visitor].compactMap { $0 }
    if cookies.map({ String($0.prefix { $0 != ";" }) }) != wanted { breaches.append("sets the cookies \(cookies)") }
  }

  private static func button(in text: String) -> String? {
    guard let start = text.ranges(of: "/offer/").first?.lowerBound else { return nil }
    let link = text[start...].prefix { $0.isLetter || $0.isNumber || "/-_?=.".contains($0) }
    return String(link)
  }

  private static func folded(_ text: String, _ click: ClickID?, _ visitor: VisitorID?) -> String {
    var text = text
    if let click { text = text.replacing(click.description, with: "$c") }
    if let visitor { text = text.replacing(visitor.description, with: "$v") }
    text = text.replacing("sub2=$c&_tly_click=$c", with: "$+")
    if text.hasPrefix("https://shop.example/") { text = "shop/" + text.dropFirst(21) }
    while let start = text.ranges(of: "?k=").first(where: { !text[$0.upperBound...].hasPrefix("$") })?.upperBound {
      let end = text[start...].firstIndex { !($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") } ?? text.endIndex
      text.replaceSubrange(start..<end, with: "$k")
    }
    return text
  }
}

extension GoldenAnswer {
  /// How it differs from what was expected, in the file's words.
  func differences(from expected: GoldenOutcome) -> [String] {
    var differences = breaches
    let isAsExpected =
      end == expected.end && status == expected.status
      && GoldenAnswer.matches(destination ?? "", expected.destination ?? "")
    if !isAsExpected { differences.append("=> \(end) \(status) \(destination ?? "")") }
    if trace != expected.trace { differences.append("trace: \(trace.joined(separator: " ; "))") }
    for text in expected.says where !body.contains(text) { differences.append("does not say \(text): \(body)") }
    for text in expected.lacks where body.contains(text) { differences.append("says \(text)") }
    for (name, value) in expected.kept where kept(name) != value {
      differences.append("\(name)=\(kept(name) ?? "?")")
    }
    return differences
  }

  /// Whether a text is the pattern, in which `<1-9>` stands for a number.
  private static func matches(_ text: String, _ pattern: String) -> Bool {
    guard let open = pattern.firstIndex(of: "<"), let close = pattern[open...].firstIndex(of: ">") else {
      return text == pattern
    }
    let ends = pattern[pattern.index(after: open)..<close].split(separator: "-").compactMap { Int($0) }
    guard ends.count == 2, text.hasPrefix(pattern[..<open]) else { return false }
    let rest = text.dropFirst(pattern[..<open].count)
    guard let number = Int(rest.prefix(while: \.isNumber)), (ends[0]...ends[1]).contains(number) else { return false }
    return matches(String(rest.drop(while: \.isNumber)), String(pattern[pattern.index(after: close)...]))
  }

  /// What is kept of it under a name of the file's; nil for no such name.
  private func kept(_ name: String) -> String? {
    if name.hasPrefix("header:") { return headers.first { $0.name == name.dropFirst(7) }?.value ?? "none" }
    guard let event else { return nil }
    if name.hasPrefix("sub"), let number = Int(name.dropFirst(3)) { return event.subs[number] ?? "null" }
    return facts(event)[name].map { $0 ?? "null" }
  }

  private func facts(_ event: ClickEvent) -> [String: String?] {
    let firsts = (event.isUnique ? "C" : "") + (event.isUniqueInFlow ? "F" : "") + (event.isUniqueGlobally ? "G" : "")
    return [
      "score": event.fraudScore.map { "\($0)" }, "cost": event.cost.description, "currency": event.currency.code,
      "ip": event.ip.description, "country": event.country, "region": event.region, "city": event.city,
      "isp": event.isp, "connection": event.connection, "os": event.os, "browser": event.browser,
      "device": event.device, "language": event.language, "referrer": event.referrer,
      "domain": event.referrerDomain, "external": event.externalID, "agent": event.userAgent,
      "unique": firsts.isEmpty ? "none" : firsts, "flow": event.flowID.map { "\($0)" },
      "landing": event.landingID.map { "\($0)" }, "offer": event.offerID.map { "\($0)" },
      "source": event.sourceID.map { "\($0)" }, "network": event.networkID.map { "\($0)" },
      "cookie": event.hadCookie ? "brought" : "given",
    ]
  }
}
