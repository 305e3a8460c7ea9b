import ClickPath
import Conversions
import Core
import Database
import TestSupport
import Testing

@testable import TenantTracker

@Suite struct CurrencyRatesTests {
  private static let path = "/admin/api/settings/currency-rates"

  private func quote(_ base: Currency, _ currency: Currency, _ rate: String, on day: LocalDate) throws -> RateQuote {
    RateQuote(day: day, base: base, currency: currency, rate: try #require(ExchangeRate(rate)))
  }

  @Test func aConversionHasItsDaysRateAndKeepsIt() async throws {
    let bench = try await PostbackBench()
    let (store, schema) = (CurrencyRateStore(), bench.scope.schema)
    let day = bench.clock.now().rateDay
    for (age, rate) in [(8, "9"), (2, "1.25"), (-1, "7")] {
      _ = try await store.save(
        [quote(.eur, .usd, rate, on: day.adding(days: -age))], .manual, at: bench.clock.now(), in: bench.scope,
        schema: schema)
    }
    let click = try await bench.drainedClick()
    try await bench.send("click_id=\(click.id)&payout=10&currency=EUR&status=lead")
    var conversion = try #require(try await bench.conversions(of: click).first)
    #expect(conversion.revenue == .zero)
    #expect(!conversion.isRateMissing)
    #expect(conversion.rate?.rate.description == "1.25")
    #expect(conversion.rate?.day == day.adding(days: -2))
    try await bench.send("click_id=\(click.id)&payout=10&currency=EUR&status=sale")
    conversion = try #require(try await bench.conversions(of: click).first)
    #expect(conversion.revenue.description == "12.50")
    #expect(conversion.payout.amount.description == "10.00")
    #expect(conversion.json["rate"] == "1.25")
    #expect(conversion.json["rate_date"] == JSONValue(day.adding(days: -2)))
    await bench.tenant.close()
  }

  @Test func whatHadNoRateIsCountedOnceThereIsOne() async throws {
    let bench = try await PostbackBench(costModel: "revshare", cost: Micros(rawValue: 10_000_000))
    let (store, recorder) = (CurrencyRateStore(), bench.service.recorder)
    let click = try await bench.drainedClick()
    try await bench.send("click_id=\(click.id)&payout=10&currency=EUR&txid=1")
    try await bench.send("click_id=\(click.id)&payout=10&currency=XAU&txid=2")
    let now = bench.clock.now()
    #expect(try await store.missing(of: bench.scope).map(\.conversions) == [1, 1])
    let waiting = try await store.waiting(10, after: nil, of: bench.scope)
    #expect(waiting.count == 2)
    _ = try await store.save(
      [quote(.usd, .eur, "0.8", on: now.rateDay)], .csv, at: now, in: bench.scope, schema: bench.scope.schema)
    let table = try await store.table(now.rateDay...now.rateDay, in: bench.scope, schema: bench.scope.schema)
    #expect(waiting.map { $0.isConvertible(with: table, into: .usd) } == [true, false])
    #expect(try await recorder.revalue(waiting[0].id, by: "rates", at: now, in: bench.scope))
    #expect(try await !recorder.revalue(waiting[0].id, by: "rates", at: now, in: bench.scope))
    #expect(try await !recorder.revalue(waiting[1].id, by: "rates", at: now, in: bench.scope))
    let found = try await bench.conversions(of: click)
    #expect(found.map(\.revenue.description) == ["12.50", "0.00"])
    #expect(found.map(\.cost.description) == ["1.25", "0.00"])
    #expect(found.map(\.isRateMissing) == [false, true])
    #expect(try await bench.history(of: found[0].id) == [">sale:applied", "sale>sale:unchanged"])
    await bench.tenant.close()
  }

  @Test func enteredByHandItGivesWayToNoBank() async throws {
    let bench = try await PostbackBench()
    let (store, schema, now) = (CurrencyRateStore(), bench.scope.schema, bench.clock.now())
    func save(_ rate: String, _ origin: CurrencyRate.Origin) async throws -> Int {
      try await store.save(
        [quote(.eur, .usd, rate, on: now.rateDay)], origin, at: now, in: bench.scope, schema: schema)
    }
    #expect(try await save("1.1", .ecb) == 1)
    #expect(try await save("1.2", .ecb) == 1)
    #expect(try await save("1.3", .manual) == 1)
    #expect(try await save("1.4", .ecb) == 0)
    #expect(try await save("1.5", .csv) == 1)
    let page = try await store.page(.init(), limit: 10, after: nil, of: bench.scope)
    #expect(page.items.map(\.quote.rate.description) == ["1.5"])
    await bench.tenant.close()
  }

  @Test func ratesAreEnteredListedAndRemoved() async throws {
    try await withTracker { tracker in
      let admin = try await tracker.admin()
      let day = tracker.clock.now().rateDay
      let body: JSONValue = ["date": JSONValue(day), "base": "EUR", "currency": "usd", "rate": "1,0825"]
      let added = try await admin.post(Self.path, json: body)
      #expect(added.status == 201, "\(added.text)")
      #expect(added.json["rate"] == "1.0825")
      let lines = (1...60).map { "\(day.adding(days: -$0)),EUR,USD,1.0\($0)" }.joined(separator: "\n")
      let imported = try await admin.post(
        "\(Self.path)/import", json: ["text": .string("date,base,currency,rate\n\(lines)")])
      #expect(imported.json == ["saved": 60], "\(imported.text)")
      let page = try await admin.get("\(Self.path)?limit=50&currency=USD")
      #expect(page.json["items"]?.arrayValue?.count == 50)
      let cursor = try #require(page.json["next_cursor"]?.stringValue)
      #expect(try await admin.get("\(Self.path)?limit=50&cursor=\(cursor)").json["items"]?.arrayValue?.count == 11)
      #expect(try await admin.get("\(Self.path)?date=\(day)").json["items"]?.arrayValue?.count == 1)
      #expect(try await admin.get("\(Self.path)?currency=GBP").json["items"]?.arrayValue?.isEmpty == true)
      #expect(try await admin.delete("\(Self.path)/\(day)_EUR_USD").status == 204)
      #expect(try await admin.delete("\(Self.path)/\(day)_EUR_USD").status == 404)
      #expect(try await admin.delete("\(Self.path)/nonsense").status == 404)
    }
  }

  @Test func whatIsWrongIsNamed() async throws {
    try await withTracker { tracker in
      let admin = try await tracker.admin()
      let day = JSONValue(tracker.clock.now().rateDay)
      for (body, field) in [
        (["date": "yesterday", "base": "EUR", "currency": "USD", "rate": "1"], "date"),
        (["date": "2099-01-01", "base": "EUR", "currency": "USD", "rate": "1"], "date"),
        (["date": day, "base": "EUR", "currency": "EUR", "rate": "1"], "currency"),
        (["date": day, "base": "euros", "currency": "USD", "rate": "1"], "base"),
        (["date": day, "base": "EUR", "currency": "USD", "rate": "0"], "rate"),
        (["date": day, "base": "EUR", "currency": "USD"], "rate"),
      ] as [(JSONValue, String)] {
        let answer = try await admin.post(Self.path, json: body)
        #expect(answer.status == 422)
        #expect(answer.json["errors"]?.arrayValue?.contains { $0["field"] == .string(field) } == true, "\(answer.text)")
      }
      let text: JSONValue = "2026-11-20,EUR,USD,1\n2026-11-20,EUR,USD,2\n2026-11-20;EUR;GBP\n"
      let lines = try await admin.post("\(Self.path)/import", json: ["text": text])
      #expect(lines.status == 422)
      #expect(lines.json["errors"]?.arrayValue?.map { $0["field"] } == ["lines[1]", "lines[2]"])
      #expect(try await admin.get(Self.path).json["items"]?.arrayValue?.isEmpty == true)
      #expect(try await tracker.visitor.get(Self.path).status == 401)
    }
  }

  @Test func theBanksDocumentIsRead() {
    let document = """
      <?xml version="1.0" encoding="UTF-8"?>
      <gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01" xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">
      <gesmes:subject>Reference rates</gesmes:subject><Cube>
      <Cube time='2026-11-20'><Cube currency='USD' rate='1.0825'/><Cube currency="JPY" rate="162.79"/></Cube>
      <Cube time="2026-11-19"><Cube currency="USD" rate="1.08"/><Cube currency='XXXX' rate='1'/><Cube currency='GBP' rate='N/A'/>
      </Cube></Cube></gesmes:Envelope>
      """
    let quotes = ECBClient.quotes(in: document)
    #expect(
      quotes.map { "\($0.day) \($0.base) \($0.currency) \($0.rate)" } == [
        "2026-11-20 EUR USD 1.0825", "2026-11-20 EUR JPY 162.79", "2026-11-19 EUR USD 1.08",
      ])
    #expect(ECBClient.quotes(in: "<html>").isEmpty)
  }
}
