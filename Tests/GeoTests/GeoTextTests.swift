import Testing

@testable import Geo

@Suite struct GeoTextTests {
  @Test func aCountryIsTwoLettersInUpperCaseOrNothing() {
    #expect(GeoText.countryCode("us") == "US")
    for wrong in ["", "U", "USA", "U1", "Ü"] { #expect(GeoText.countryCode(wrong) == nil, "\(wrong)") }
    #expect(GeoText.countryCode(nil) == nil)
  }

  @Test func connectionsAreInOurWords() {
    #expect(GeoText.connection("Cellular") == "cellular")
    #expect(GeoText.connection("Cable/DSL") == "broadband")
    #expect(GeoText.connection(nil) == nil)
  }

  @Test func namesAreCleanAndBounded() {
    #expect(GeoText.clean("A\u{0}B\n") == "AB")
    #expect(GeoText.clean("\u{7F}") == nil)
    let long = Array(String(repeating: "ü", count: 101).utf8) + Array("x".utf8)
    let kept = long.withUnsafeBytes { GeoText.clean($0) }
    #expect(kept == String(repeating: "ü", count: 100))
    let bad: [UInt8] = [0x41, 0xFF, 0x42]
    #expect(bad.withUnsafeBytes { GeoText.clean($0) } == "A\u{FFFD}B")
  }
}
