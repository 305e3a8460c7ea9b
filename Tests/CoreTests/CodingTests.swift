import Core
import FoundationEssentials
import Testing

/// Snapshots keep these values with `Codable`: each is one string, and a wrong one is an error, not a trap.
@Suite struct CodingTests {
  private func check<T: Codable & Equatable>(_ value: T, is text: String) throws {
    let data = try JSONEncoder().encode([value])
    #expect(String(decoding: data, as: UTF8.self) == "[\"\(text)\"]")
    #expect(try JSONDecoder().decode([T].self, from: data) == [value])
    for wrong in ["[\"nonsense!\"]", "[\"\"]", "[7]", "[null]", "[{}]"] {
      #expect(throws: DecodingError.self) { try JSONDecoder().decode([T].self, from: Data(wrong.utf8)) }
    }
  }

  @Test func valuesAreCodedAsTheirText() throws {
    try check(Timestamp(milliseconds: 1_795_255_200_123), is: "2026-11-21T10:00:00.123Z")
    try check(try #require(LocalDate("2026-11-21")), is: "2026-11-21")
    try check(
      UUIDv7(high: 0x017F_22E2_79B0_7CC3, low: 0x98C4_DC0C_0C07_398F), is: "017f22e2-79b0-7cc3-98c4-dc0c0c07398f")
    try check(Micros(rawValue: 10_500_000), is: "10.50")
    try check(Currency.eur, is: "EUR")
    try check(try #require(IPAddress("2001:db8::1")), is: "2001:db8::1")
  }
}
