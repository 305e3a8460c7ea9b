import Core
import Testing

@testable import ClickPath

@Suite struct FlowFilterTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let field: String
    let op: String
    let values: [String]
    let visitor: Visitor
    let verdict: FilterVerdict

    init(_ field: String, _ op: String, _ values: [String], _ visitor: Visitor, _ verdict: FilterVerdict) {
      (self.field, self.op, self.values, self.visitor, self.verdict) = (field, op, values, visitor, verdict)
    }

    var testDescription: String { "\(field) \(op) \(values) of \(visitor): \(verdict)" }
  }

  enum Visitor: Sendable {
    case country(String?)
    case device(String?)
    case os(String?)
    case browser(String?)
    case language(String?)
    case referrer(String?)
    case sub(Int, String?)
    case at(String)
    case region(String?)
    case city(String?)
    case isp(String?)
    case connection(String?)
    case ip(String)
    case userAgent(String?)
    /// With our cookie, known to the visitor memory, neither.
    case cookie, remembered, fresh

    var facts: ClickFacts {
      var facts = ClickFacts(address: IPAddress(v4: 1))
      switch self {
      case .country(let value): facts.country = value
      case .device(let value): facts.device = value
      case .os(let value): facts.os = value
      case .browser(let value): facts.browser = value
      case .language(let value): facts.language = value.flatMap { LanguageTag(acceptLanguage: $0) }
      case .referrer(let value):
        facts.referrer = value
        facts.referrerDomain = value.flatMap { ReferrerDomain.of($0) }
      case .sub(let number, let value): facts.subs[number] = value
      case .at: break
      case .region(let value): facts.region = value
      case .city(let value): facts.city = value
      case .isp(let value): facts.isp = value
      case .connection(let value): facts.connection = value
      case .ip(let value): facts.address = IPAddress(value) ?? facts.address
      case .userAgent(let value): facts.userAgent = value
      case .cookie: facts.hadCookie = true
      case .remembered: facts.addressKey = 7
      case .fresh: (facts.addressKey, facts.isUniqueGlobally) = (7, true)
      }
      return facts
    }

    var now: Timestamp {
      if case .at(let text) = self { Timestamp(rfc3339: text) ?? ClickWorld.now } else { ClickWorld.now }
    }
  }

  static let table: [Case] = [
    Case("country", "equals", ["US"], .country("US"), .matched),
    Case("country", "equals", ["us"], .country("US"), .matched),
    Case("country", "equals", ["US"], .country("CA"), .missed),
    Case("country", "equals", ["US"], .country(nil), .unknown(.geo)),
    Case("country", "not_equals", ["US"], .country("CA"), .matched),
    Case("country", "not_equals", ["US"], .country("US"), .missed),
    Case("country", "not_equals", ["US"], .country(nil), .unknown(.geo)),
    Case("country", "in", ["US", "CA", "UK"], .country("GB"), .matched),
    Case("country", "in", ["US", "CA", "GB"], .country("UK"), .matched),
    Case("country", "in", ["US", "CA"], .country("GB"), .missed),
    Case("country", "not_in", ["US", "uk"], .country("GB"), .missed),
    Case("country", "not_in", ["US", "UK"], .country("FR"), .matched),
    Case("country", "not_in", ["US"], .country(""), .unknown(.geo)),

    Case("region", "equals", ["california"], .region("California"), .matched),
    Case("region", "contains", ["cali"], .region("California"), .matched),
    Case("region", "not_equals", ["California"], .region(nil), .unknown(.geo)),
    Case("city", "in", ["Berlin", "New York"], .city("new york"), .matched),
    Case("city", "not_in", ["Berlin"], .city("Hamburg"), .matched),
    Case("city", "equals", ["Berlin"], .city(nil), .unknown(.geo)),
    Case("isp", "contains", ["telekom"], .isp("Deutsche Telekom AG"), .matched),
    Case("isp", "not_contains", ["telekom"], .isp("Deutsche Telekom AG"), .missed),
    Case("isp", "not_contains", ["telekom"], .isp(nil), .unknown(.geo)),
    Case("connection", "equals", ["Cellular"], .connection("cellular"), .matched),
    Case("connection", "not_equals", ["cellular"], .connection(nil), .unknown(.geo)),
    Case("ip", "equals", ["203.0.113.42"], .ip("203.0.113.42"), .matched),
    Case("ip", "equals", ["203.0.113.42"], .ip("203.0.113.43"), .missed),
    Case("ip", "in", ["203.0.113.0/24", "2001:db8::/32"], .ip("203.0.113.255"), .matched),
    Case("ip", "in", ["203.0.113.0/24", "2001:db8::/32"], .ip("203.0.114.0"), .missed),
    Case("ip", "in", ["203.0.113.0/24", "2001:db8::/32"], .ip("2001:db8:ffff::1"), .matched),
    Case("ip", "not_in", ["203.0.113.0/24", "2001:db8::/32"], .ip("2001:db9::"), .matched),
    Case("ip", "not_in", ["203.0.113.0/24"], .ip("::ffff:203.0.113.9"), .missed),
    Case("user_agent", "contains", ["fban", "Instagram"], .userAgent("Mozilla/5.0 [FBAN/FBIOS]"), .matched),
    Case("user_agent", "not_contains", ["fban"], .userAgent("Mozilla/5.0"), .matched),
    Case("user_agent", "not_contains", ["fban"], .userAgent(nil), .unknown(.agent)),
    Case("visitor", "equals", ["new"], .fresh, .matched),
    Case("visitor", "equals", ["Returning"], .fresh, .missed),
    Case("visitor", "equals", ["returning"], .cookie, .matched),
    Case("visitor", "equals", ["returning"], .remembered, .matched),
    Case("visitor", "not_equals", ["returning"], .remembered, .missed),

    Case("device", "equals", ["Mobile"], .device("mobile"), .matched),
    Case("device", "equals", ["mobile"], .device("desktop"), .missed),
    Case("device", "equals", ["mobile", "tablet"], .device("tablet"), .matched),
    Case("device", "not_equals", ["mobile"], .device("desktop"), .matched),
    Case("device", "not_equals", ["mobile"], .device("mobile"), .missed),
    Case("device", "not_equals", ["mobile"], .device(nil), .unknown(.agent)),
    Case("device", "in", ["mobile", "tablet"], .device("mobile"), .matched),
    Case("device", "not_in", ["mobile", "tablet"], .device("mobile"), .missed),

    Case("os", "equals", ["windows"], .os("Windows"), .matched),
    Case("os", "equals", ["Windows"], .os("Windows 11"), .missed),
    Case("os", "contains", ["win"], .os("Windows 11"), .matched),
    Case("os", "contains", ["mac", "win"], .os("Windows 11"), .matched),
    Case("os", "contains", ["linux"], .os("Windows 11"), .missed),
    Case("os", "contains", ["a much longer text than the name itself"], .os("iOS"), .missed),
    Case("os", "not_contains", ["win"], .os("Windows 11"), .missed),
    Case("os", "not_contains", ["win"], .os("macOS"), .matched),
    Case("os", "in", ["iOS", "Android"], .os("android"), .matched),
    Case("os", "not_in", ["iOS", "Android"], .os("Windows"), .matched),
    Case("os", "contains", ["win"], .os(nil), .unknown(.agent)),
    Case("os", "not_contains", ["win"], .os(nil), .unknown(.agent)),

    Case("browser", "equals", ["chrome"], .browser("Chrome"), .matched),
    Case("browser", "contains", ["CHROME"], .browser("Chrome Mobile"), .matched),
    Case("browser", "equals", ["chrome"], .browser("Chrome Mobile"), .missed),
    Case("browser", "not_equals", ["chrome"], .browser(nil), .unknown(.agent)),

    Case("language", "equals", ["en"], .language("en-US,en;q=0.9"), .matched),
    Case("language", "equals", ["EN"], .language("en"), .matched),
    Case("language", "equals", ["en-US"], .language("en-US"), .matched),
    Case("language", "equals", ["en-US"], .language("en-GB"), .missed),
    Case("language", "equals", ["en-US"], .language("en"), .missed),
    Case("language", "in", ["en", "fr"], .language("fr-CH,de;q=0.5"), .matched),
    Case("language", "in", ["de", "fr-CH"], .language("fr-FR,fr;q=0.9"), .missed),
    Case("language", "in", ["zh-Hant"], .language("zh-Hant-TW"), .matched),
    Case("language", "not_in", ["en", "fr"], .language("de"), .matched),
    Case("language", "not_equals", ["de"], .language("de-AT"), .missed),
    Case("language", "not_equals", ["de"], .language(nil), .unknown(.language)),
    Case("language", "equals", ["de"], .language("*"), .unknown(.language)),

    Case("referrer", "contains", ["facebook"], .referrer("https://m.Facebook.com/x"), .matched),
    Case("referrer", "not_contains", ["facebook"], .referrer("https://news.example/"), .matched),
    Case("referrer", "not_contains", ["facebook"], .referrer(nil), .matched),
    Case("referrer", "equals", [""], .referrer(nil), .matched),
    Case("referrer", "equals", [""], .referrer("https://news.example/"), .missed),
    Case("referrer_domain", "in", ["news.example"], .referrer("https://News.Example:8443/a?b"), .matched),
    Case("referrer_domain", "equals", ["example"], .referrer("https://news.example/"), .missed),

    Case("sub1", "equals", ["Alpha"], .sub(1, "alpha"), .matched),
    Case("sub1", "equals", ["ÄPFEL"], .sub(1, "äpfel"), .matched),
    Case("sub2", "equals", ["alpha"], .sub(1, "alpha"), .missed),
    Case("sub30", "contains", ["42"], .sub(30, "zone-42-x"), .matched),
    Case("sub30", "not_equals", ["a"], .sub(30, nil), .matched),
    Case("sub30", "not_in", ["a", ""], .sub(30, nil), .missed),

    Case("hour", "equals", ["10"], .at("2026-11-21T10:59:59.999Z"), .matched),
    Case("hour", "equals", ["10"], .at("2026-11-21T11:00:00.000Z"), .missed),
    Case("hour", "in", ["9-17"], .at("2026-11-21T17:59:59Z"), .matched),
    Case("hour", "in", ["9-17"], .at("2026-11-21T08:59:59Z"), .missed),
    Case("hour", "in", ["22-6"], .at("2026-11-21T23:00:00Z"), .matched),
    Case("hour", "in", ["22-6"], .at("2026-11-21T06:30:00Z"), .matched),
    Case("hour", "in", ["22-6"], .at("2026-11-21T07:00:00Z"), .missed),
    Case("hour", "not_in", ["22-6", "12"], .at("2026-11-21T12:00:00Z"), .missed),
    Case("hour", "not_equals", ["12"], .at("2026-11-21T13:00:00Z"), .matched),
    Case("weekday", "equals", ["sat"], .at("2026-11-21T00:00:00Z"), .matched),
    Case("weekday", "in", ["Saturday", "Sunday"], .at("2026-11-22T23:59:59Z"), .matched),
    Case("weekday", "in", ["mon-fri"], .at("2026-11-22T12:00:00Z"), .missed),
    Case("weekday", "in", ["1-5"], .at("2026-11-23T00:00:00Z"), .matched),
    Case("weekday", "in", ["sat-mon"], .at("2026-11-23T00:00:00Z"), .matched),
    Case("weekday", "not_in", ["sat", "sun"], .at("2026-11-21T12:00:00Z"), .missed),
  ]

  @Test(arguments: table) func eachFilterAndOperatorDecidesAsDocumented(_ row: Case) throws {
    let record = FilterRecord(field: row.field, op: row.op, values: row.values)
    let filter = try FlowFilter(record) { _ in .utc }
    #expect(filter.verdict(on: row.visitor.facts, at: row.visitor.now) == row.verdict)
  }

  @Test func theTableHasEveryFieldWithEveryOperatorThatAppliesToItOrItsTwin() {
    for field in FilterField.all {
      if case .sub(let number) = field, number > 2, number < 30 { continue }
      #expect(FlowFilterTests.table.contains { $0.field == field.rawValue }, "\(field.rawValue)")
    }
    #expect(Set(FlowFilterTests.table.map(\.op)) == Set(FilterOperator.allCases.map(\.rawValue)))
  }

  @Test func hoursAndWeekdaysAreThoseOfTheFiltersZone() throws {
    let berlin = LocalClock(
      ZoneRecord(
        name: "Europe/Berlin", firstOffset: 7_200,
        changes: [ZoneRecord.Change(at: Timestamp(rfc3339: "2026-10-25T01:00:00Z") ?? ClickWorld.now, offset: 3_600)]))
    func verdict(_ field: String, _ value: String, _ time: String) throws -> FilterVerdict {
      let record = FilterRecord(field: field, op: "equals", values: [value], zone: "Europe/Berlin")
      let filter = try FlowFilter(record) { $0 == "Europe/Berlin" ? berlin : nil }
      return filter.verdict(on: ClickFacts(address: IPAddress(v4: 1)), at: try #require(Timestamp(rfc3339: time)))
    }
    #expect(try verdict("hour", "2", "2026-10-25T00:59:59Z") == .matched)
    #expect(try verdict("hour", "2", "2026-10-25T01:00:00Z") == .matched)  // the hour that comes twice
    #expect(try verdict("hour", "3", "2026-10-25T02:00:00Z") == .matched)
    #expect(try verdict("hour", "0", "2026-11-21T23:00:00Z") == .matched)
    #expect(try verdict("weekday", "sun", "2026-11-21T23:00:00Z") == .matched)
    #expect(try verdict("weekday", "sat", "2026-11-21T22:59:59Z") == .matched)
  }

  @Test func aClockWestOfGreenwichAndBefore1970StillHasAnHourAndADay() {
    let west = LocalClock(ZoneRecord(name: "W", firstOffset: -18_000, changes: []))
    #expect(west.hour(at: Timestamp(seconds: 0)) == 19)
    #expect(west.weekday(at: Timestamp(seconds: 0)) == 2)
    #expect(LocalClock.utc.hour(at: Timestamp(seconds: -1)) == 23)
  }

  @Test(arguments: [
    (FilterRecord(field: "planet", op: "equals", values: ["x"]), FilterFault.unknownField("planet")),
    (FilterRecord(field: "sub31", op: "equals", values: ["x"]), .unknownField("sub31")),
    (FilterRecord(field: "sub01", op: "equals", values: ["x"]), .unknownField("sub01")),
    (FilterRecord(field: "os", op: "like", values: ["x"]), .unknownOperator("like")),
    (FilterRecord(field: "country", op: "contains", values: ["US"]), .operatorDoesNotApply(.country, .contains)),
    (FilterRecord(field: "country", op: "in", values: []), .noValues),
    (FilterRecord(field: "country", op: "in", values: ["USA"]), .badValue(.country, "USA")),
    (FilterRecord(field: "language", op: "in", values: ["english please"]), .badValue(.language, "english please")),
    (FilterRecord(field: "hour", op: "in", values: ["24"]), .badValue(.hour, "24")),
    (FilterRecord(field: "hour", op: "in", values: ["9-"]), .badValue(.hour, "9-")),
    (FilterRecord(field: "weekday", op: "in", values: ["0"]), .badValue(.weekday, "0")),
    (FilterRecord(field: "os", op: "equals", values: [""]), .badValue(.os, "")),
    (FilterRecord(field: "hour", op: "in", values: ["9"], zone: "Mars/Olympus"), .unknownZone("Mars/Olympus")),
  ])
  func aFilterThatMeansNothingSaysWhy(_ record: FilterRecord, _ fault: FilterFault) {
    #expect(throws: fault) { try FlowFilter(record) { $0 == nil ? .utc : nil } }
    #expect(!fault.message.isEmpty)
  }

  @Test func fieldsAndOperatorsKeepTheirNames() {
    #expect(
      FilterField.all.prefix(17).map(\.rawValue) == [
        "country", "region", "city", "isp", "connection", "ip", "device", "os", "browser", "user_agent", "language",
        "referrer", "referrer_domain", "visitor", "hour", "weekday", "sub1",
      ])
    #expect(FilterField.all.allSatisfy { FilterField(rawValue: $0.rawValue) == $0 })
    #expect(FilterField.language.operators.map(\.rawValue) == ["equals", "not_equals", "in", "not_in"])
    #expect(FilterField.os.operators.count == 6)
  }
}
