import Testing

@testable import TenantTracker

@Suite struct ValueListTests {
  @Test(arguments: [
    ("US, ca ,, GB", ["US", "ca", "GB"]), ("", []), (" , ", []),
    ("\"Amazon.com, Inc.\", Hetzner", ["Amazon.com, Inc.", "Hetzner"]),
    ("\"\"", [""]), ("\"\", a", ["", "a"]), ("\"say \"\"hi\"\"\"", ["say \"hi\""]),
    ("12\" screen, b", ["12\" screen", "b"]),
    ("\"open, a", ["open, a"]),
  ])
  func aLineIsReadAsItsValues(_ text: String, _ values: [String]) { #expect(ValueList.read(text) == values) }

  @Test(arguments: [["US", "CA"], ["a, b", "c"], [""], ["", "x"], ["q\"uote", "\"", " a "], ["Mac OS X"]])
  func whatIsShownIsReadBack(_ values: [String]) { #expect(ValueList.read(ValueList.text(values)) == values) }
}
