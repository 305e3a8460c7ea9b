import Analytics
import ClickPath
import Core
import Testing
import Web

@testable import TenantTracker

@Suite struct PagesValueTests {
  @Test(arguments: [
    (1_234_567_890_000, "USD", "$1,234,567.89"), (-5_000, "USD", "$0.00"), (-15_000, "USD", "\u{2212}$0.02"),
    (25_000, "EUR", "€0.02"), (999_995_000_000, "GBP", "£999,995.00"),
    (1_500_000, "JPY", "¥2"), (12_000_000, "CHF", "CHF\u{A0}12.00"), (1_234_500, "KWD", "KWD\u{A0}1.234"),
  ])
  func moneyIsReadable(micros: Int64, code: String, text: String) throws {
    #expect(Figures.money(Micros(rawValue: micros), try #require(Currency(code))) == text)
  }

  @Test func figuresHaveADashForNoValue() {
    var base = BaseValues()
    #expect(Figures.text(.roi, of: base, .usd) == "–" && Figures.text(.epc, of: base, .usd) == "–")
    #expect(Figures.text(.clicks, of: base, .usd) == "0" && Figures.text(.profit, of: base, .usd) == "$0.00")
    base[.clicks] = 10_000
    base[.conversions] = 150
    base[.cost] = 500_000_000
    base[.revenue] = 4_500_000_000
    #expect(Figures.text(.epc, of: base, .usd) == "$0.4500" && Figures.text(.cr, of: base, .usd) == "1.50%")
    #expect(Figures.text(.roi, of: base, .usd) == "800.0%" && Figures.text(.cpa, of: base, .usd) == "$3.3333")
    #expect(!Figures.isLoss(.profit, of: base))
    base[.revenue] = 0
    #expect(Figures.isLoss(.profit, of: base) && Figures.text(.roi, of: base, .usd) == "\u{2212}100.0%")
  }

  @Test func changesAreAgainstTheTimeBefore() throws {
    #expect(Change(from: .count(0), to: .count(5)) == nil)
    #expect(Change(from: nil, to: .count(5)) == nil)
    #expect(Change(from: .count(100), to: .count(100)) == nil)
    let rise = try #require(Change(from: .count(100), to: .count(150)))
    #expect(rise.isRise && rise.text == "50.0%")
    let fall = try #require(Change(from: .money(Micros(rawValue: -10)), to: .money(Micros(rawValue: -15))))
    #expect(!fall.isRise && fall.text == "50.0%")
  }

  @Test func periodsComeFromTheAddress() throws {
    let today = try #require(LocalDate("2026-03-01"))
    let read = { Period(preset: $0, from: $1, to: $2, today: today) }
    #expect(read("30d", nil, nil).text == "2026-01-31 to 2026-03-01")
    #expect(read("yesterday", nil, nil).text == "2026-02-28" && read("yesterday", nil, nil).dayCount == 1)
    #expect(read(nil, nil, nil).preset == .week)
    #expect(read("never", "2026-02-01", "2026-02-03").text == "2026-02-01 to 2026-02-03")
    #expect(read(nil, "2026-02-23", "2026-03-01").preset == .week)
    for (from, to) in [("2026-02-03", "2026-02-01"), ("x", "2026-02-01"), ("0001-01-01", "2026-01-01")] {
      #expect(read(nil, from, to).preset == .week, "\(from) \(to)")
    }
  }

  @Test func addressesHoldTheirState() {
    let address = PageAddress("/admin/clicks", [("q", "a b&c"), ("empty", ""), ("cursor", "1")])
    #expect(address.description == "/admin/clicks?q=a%20b%26c&cursor=1")
    #expect(address.with("cursor", "2").description == "/admin/clicks?q=a%20b%26c&cursor=2")
    #expect(address.without("q", "cursor").description == "/admin/clicks")
  }

  @Test(arguments: [
    (
      "flow:7 regular country=US w=100/150",
      "Flow US, regular, took the visitor (country=US), drawn with weight 100 of 150"
    ),
    ("flow:8 empty", "Flow #8 was skipped: it has no landing page and no offer"),
    ("flow:7 default", "Flow US, the default flow, took the visitor"),
    ("offer:9 campaign", "Offer #9, the campaign's default"),
    ("landing:3", "Landing page #3"), ("cost_unreadable", "The cost parameter was no amount"), ("strange", ""),
  ])
  func reasonCodesAreSaidInWords(code: String, text: String) {
    var book = NameBook()
    book.flows = [7: "US"]
    let html = TraceWords.text(code, book)
    #expect(html.text.replacing(/<[^>]+>/, with: "").replacing("&#39;", with: "'") == text)
  }

  @Test func sharesAddUp() {
    #expect(Shares.text(100, of: 150) == "66.7%" && Shares.text(50, of: 150) == "33.3%")
    #expect(Shares.text(1, of: 0) == nil && Shares.text(0, of: 10) == "0.0%")
  }

  @Test func timesAreTheTenants() {
    var settings = TenantSettings()
    settings.timeZone = "Asia/Kathmandu"
    let times = LocalTimes(settings)
    #expect(times.text(Timestamp(seconds: 1_795_255_200)) == "2026-11-21 15:45:00")
    #expect(times(Timestamp(seconds: 1_795_255_200)).text.contains("datetime=\"2026-11-21T10:00:00.000Z\""))
  }

  @Test func aStoredValueThatIsNoLongerOfferedStays() {
    let html = FormFields.options([.init("1", "One")], current: "7", none: "None").text
    #expect(html.contains("<option value=\"7\" selected>#7</option>"))
  }
}
