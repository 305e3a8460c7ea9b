import Core
import Testing

@testable import ClickPath

@Suite struct ConversionTemplateTests {
  private func text(
    _ template: String, _ encoding: ConversionTemplate.Encoding = .url, values: [String: String]
  ) -> String {
    var generator = SystemRandomNumberGenerator()
    return ConversionTemplate(template) { _ in .utc }
      .text(encoding, at: Timestamp(seconds: 1_795_255_200), using: &generator) { values[$0] }
  }

  @Test(arguments: [
    ("http://a/?i={external_id}", "http://a/?i=a%20b%2F"), ("http://a/{_external_id}", "http://a/a%20b/"),
    ("http://a/?s={status:lead=0 sale=1}", "http://a/?s=1"), ("http://a/?s={status:lead=0,SALE=7}", "http://a/?s=7"),
    ("http://a/?s={status:lead=0}", "http://a/?s="), ("http://a/?s={status:lead=0 *=9}", "http://a/?s=9"),
    ("http://a/?x={txid}&y={nonsense}", "http://a/?x=&y="), ("http://a/?d={date:yyyyMMdd}", "http://a/?d=20261121"),
    ("http://a/?r={random:5,5}", "http://a/?r=5"), ("http://a/?n={sub30}", "http://a/?n=last"),
    ("http://a/ü", "http://a/%C3%BC"),
  ])
  func macrosAreFilledIn(template: String, url: String) {
    #expect(text(template, values: ["external_id": "a b/", "status": "sale", "sub30": "last"]) == url)
  }

  @Test func aBodyHasItsOwnEncoding() {
    let values = ["goal": "a\"b\n"]
    #expect(text(#"{"g": "{goal}"}"#, .json, values: values) == #"{"g": "a\"b\n"}"#)
    #expect(text("<g>{goal}</g>", .plain, values: values) == "<g>a\"b\n</g>")
  }

  @Test func itKnowsItsMacros() {
    let template = ConversionTemplate("{external_id}{_payout}{what}{date:yyyy}{sub31}") { _ in .utc }
    #expect(template.names == ["external_id", "payout"])
    #expect(template.unknownMacros == ["what", "sub31"])
  }
}
