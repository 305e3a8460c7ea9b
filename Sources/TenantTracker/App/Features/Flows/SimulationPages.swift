import ClickPath
import Core
import Web

/// A campaign's test bench: describe a visitor, see the way it takes. All of it is in the address.
struct SimulationPages: Sendable {
  let api: SimulationAPI
  let settings: SettingsStore
  let layout: Layout

  func register(in table: inout TrackerTable) {
    table.page("/campaigns/{id}/simulate", .read(.campaigns), "Where a visitor like this would go") {
      try await show($0)
    }
  }

  private func show(_ call: TrackerCall) async throws -> Reply {
    let campaign = try await api.campaigns.find(call.id(), call.place.scope)
    let zone = try await settings.all(of: call.place.scope).timeZone
    let values = Self.values(call)
    do {
      let body = try Self.body(values, LocalMoment(zone: zone, at: api.clock.now()))
      let simulation = try await api.run(.object(body), campaign: campaign.id, by: call)
      let view = SimulationView(simulation: simulation, icons: layout.icons)
      return page(campaign, FormFields(values, icons: layout.icons), zone, view.html, call)
    } catch let problem as Problem where problem.isAboutTheForm {
      let fields = FormFields(values, problem: problem, icons: layout.icons)
      return page(campaign, fields, zone, .empty, call, status: problem.status)
    }
  }

  private static let texts = [
    "country", "region", "city", "isp", "connection", "device", "os", "browser", "language", "referrer", "ip",
    "user_agent", "visitor", "time", "sub1", "sub2", "sub3", "sub4", "sub5", "draws",
  ]

  private static func values(_ call: TrackerCall) -> JSONObject {
    var values = JSONObject()
    for name in texts { if let text = call.query(name)?.trimmed, !text.isEmpty { values[name] = .string(text) } }
    return values
  }

  /// The API's body of what was entered.
  private static func body(_ values: JSONObject, _ moment: LocalMoment) throws(Problem) -> JSONObject {
    var body = values
    if let text = values["time"]?.stringValue {
      guard let time = moment.read(text) else { throw .invalid("time", "invalid", "must be a date and a time") }
      body["time"] = JSONValue(time)
    }
    if let text = values["draws"]?.stringValue { body["draws"] = Int64(text).map { .int($0) } ?? .string(text) }
    return body
  }

  private func page(
    _ campaign: Campaign, _ fields: FormFields, _ zone: String, _ result: HTML, _ call: TrackerCall, status: Int = 200
  ) -> Reply {
    let path = "/admin/campaigns"
    return layout.page(
      Layout.Frame(
        title: "Simulate a visitor", current: path,
        crumbs: [("Campaigns", path), (campaign.draft.name, "\(path)/\(campaign.id)")]), call, status: status,
      """
      <div class="ty-columns ty-turned"><div>\(form(fields, zone, action: "\(path)/\(campaign.id)/simulate"))</div>\
      <div aria-live="polite">\(result)</div></div>
      """)
  }

  private func form(_ fields: FormFields, _ zone: String, action: String) -> HTML {
    let isMoreSet = ["region", "city", "isp", "connection", "referrer", "ip", "user_agent", "sub1", "sub2"].contains {
      fields.values[$0] != nil
    }
    let histories: [FormFields.Choice] = [.init("new", "New"), .init("returning", "Seen before")]
    let subs = (1...5).map { fields.input("sub\($0)", "Sub\($0)") }
    return """
      <form class="card ty-form" method="get" action="\(href: action)" novalidate>
      <div class="card-header"><h2 class="card-title">The visitor</h2></div><div class="card-body">\(fields.summary)
      <div class="ty-pair">\(fields.suggesting("country", "Country", .country, placeholder: "US"))\
      \(fields.suggesting("language", "Language", .language, placeholder: "en"))</div>
      <div class="ty-pair">\(fields.suggesting("device", "Device", .device, placeholder: "Mobile"))\
      \(fields.suggesting("os", "OS", .os, placeholder: "Android"))</div>
      <div class="ty-pair">\(fields.suggesting("browser", "Browser", .browser, placeholder: "Chrome Mobile"))\
      \(fields.select("visitor", "Visitor", histories))</div>
      <div class="ty-pair">\(fields.input(
        "time", "Time", hint: "In \(zone); now if empty.", placeholder: "2026-11-21 10:00"))\
      \(fields.input("draws", "Draws", .number, hint: "How often weights are drawn, up to 10,000.", placeholder: "1"))</div>
      <details class="ty-details"\(attribute: "open", when: isMoreSet)><summary>Place, referrer, sub ids</summary>
      <div class="ty-pair">\(fields.input("region", "Region"))\(fields.input("city", "City"))</div>
      <div class="ty-pair">\(fields.input("isp", "ISP"))\(fields.suggesting("connection", "Connection", .connection))</div>
      <div class="ty-pair">\(fields.input("ip", "IP address", hint: "Tells the place, unless a country is given."))\
      \(fields.input("referrer", "Referrer"))</div>
      \(fields.input("user_agent", "User agent", hint: "Tells device, OS and browser, unless they are given."))
      <div class="ty-pair">\(subs)</div></details></div>
      <div class="card-footer ty-buttons"><button class="btn btn-primary">\(layout.icons(.resume))Simulate</button>\
      <a class="btn" href="\(href: action)">Reset</a></div></form>
      """
  }
}

/// Moments that people enter on their own clock.
private struct LocalMoment {
  let clock: LocalClock

  init(zone: String, at now: Timestamp) { clock = ZoneRecord.around(now, zone).map { LocalClock($0) } ?? .utc }

  /// `2026-11-21T10:00` or `2026-11-21 10:00`; a time with a zone of its own is taken as it is.
  func read(_ text: String) -> Timestamp? {
    if let exact = Timestamp(rfc3339: text) { return exact }
    let wall = text.replacing(" ", with: "T")
    guard let asUTC = Timestamp(rfc3339: wall.utf8.count == 16 ? "\(wall):00Z" : "\(wall)Z") else { return nil }
    let guess = asUTC - .seconds(clock.offset(at: asUTC))
    return asUTC - .seconds(clock.offset(at: guess))
  }
}
