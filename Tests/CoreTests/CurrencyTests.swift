import Core
import Testing

@Suite struct CurrencyTests {
  @Test func codesAreThreeLettersOfEitherCase() {
    #expect(Currency("usd") == .usd)
    #expect(Currency("Eur") == .eur)
    #expect(Currency("XYZ")?.code == "XYZ")
    for text in ["", "US", "USDT", "U D", "U$D", "12A", "us1", "ÜSD", "€", "中", "@@@", "[[[", "USD ", "ＵＳＤ"] {
      #expect(Currency(text) == nil, "\(text)")
    }
  }

  @Test(arguments: [
    ("USD", 2), ("EUR", 2), ("GBP", 2), ("MGA", 2), ("MRU", 2), ("HUF", 2), ("TWD", 2), ("QQQ", 2), ("JPY", 0),
    ("KRW", 0), ("CLP", 0), ("ISK", 0), ("UGX", 0), ("VND", 0), ("XAF", 0), ("XOF", 0), ("XPF", 0), ("UYI", 0),
    ("BHD", 3), ("IQD", 3), ("JOD", 3), ("KWD", 3), ("LYD", 3), ("OMR", 3), ("TND", 3), ("CLF", 4), ("UYW", 4),
  ])
  func minorDigitsAreThoseOfISO4217(code: String, digits: Int) throws {
    #expect(try #require(Currency(code)).minorDigits == digits)
  }
}
