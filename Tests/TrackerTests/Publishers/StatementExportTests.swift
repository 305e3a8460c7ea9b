import ClickPath
import Conversions
import Core
import TestSupport
import Testing

@testable import TenantTracker

@Suite struct StatementExportTests {
  @Test(
    arguments: [
      ("plain", "plain"), ("", ""), ("=1+2", "'=1+2"), ("+49", "'+49"), ("-1", "'-1"), ("@SUM(A1)", "'@SUM(A1)"),
      ("\tx", "\"'\tx\""), ("\r=1", "\"'\r=1\""), ("a,b", "\"a,b\""), ("say \"x\"", "\"say \"\"x\"\"\""),
      ("=\"a\",b", "\"'=\"\"a\"\",b\""), ("a=b", "a=b"),
    ] as [(String, String)])
  func noTextIsTakenForAFormula(_ text: String, _ field: String) {
    #expect(CSVCell.text(text).encoded == field)
  }

  @Test func amountsStayNumbers() { #expect(CSVCell.number("-3.33333").encoded == "-3.33333") }

  @Test func aChainsLifetimeValueIsTheRevenueOfAllOfIt() async throws {
    let bench = try await CommissionBench()
    let click = try await bench.click(of: nil)
    let start = PostbackBench.start + .hours(1)
    let sale = try await bench.send("click_id=\(click.id)&payout=10&txid=1", at: start)
    let upsell = try await bench.send("click_id=\(click.id)&payout=2.5&conversion_type=upsell", at: start + .minutes(1))
    let rebill = try await bench.send("click_id=\(click.id)&payout=4&conversion_type=rebill", at: start + .days(1))
    let other = try await bench.send("click_id=\(click.id)&payout=7&txid=2", at: start + .days(2))
    let found = try await bench.bench.conversions(of: click)
    for id in [sale, upsell, rebill] {
      #expect(found.lifetimeValue(of: try #require(id)).description == "16.50")
    }
    #expect(found.lifetimeValue(of: try #require(other)).description == "7.00")
    await bench.bench.tenant.close()
  }
}
