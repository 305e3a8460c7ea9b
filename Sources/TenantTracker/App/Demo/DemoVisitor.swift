import ClickPath
import Core

/// A visitor as sources send them: an address from a test range, a browser, a language.
struct DemoVisitor {
  let address: IPAddress
  private let agent: String
  private let language: String
  private let referrer: String

  static func random(using generator: inout some RandomNumberGenerator) -> DemoVisitor {
    let home = homes.randomElement(using: &generator) ?? homes[0]
    return DemoVisitor(
      address: IPAddress(v4: home.network | UInt32.random(in: 0..<home.size, using: &generator)),
      agent: agents.randomElement(using: &generator) ?? "", language: home.language,
      referrer: referrers.randomElement(using: &generator) ?? "")
  }

  /// - Parameter cookie: of an earlier visit.
  func headers(cookie: String?) -> VisitorHeaders {
    var headers = VisitorHeaders(["User-Agent": agent, "Accept-Language": language, "Referer": referrer])
    if let cookie { headers.take("Cookie", cookie) }
    return headers
  }

  private static let agents = [
    "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Safari/605.1.15",
    "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0",
  ]
  /// Parts of 198.18.0.0/15, which is set aside for tests: no real person is shown here. `ops/geoip-demo.json` says where
  /// each is; the last one it does not know.
  private static let homes: [(network: UInt32, size: UInt32, language: String)] = [
    (0xC612_0000, 0x4000, "en-US,en;q=0.9"), (0xC612_0000, 0x8000, "en-US,en;q=0.9"),
    (0xC612_8000, 0x4000, "en-GB,en;q=0.9"), (0xC612_C000, 0x2000, "en-CA,en;q=0.9,fr;q=0.4"),
    (0xC612_E000, 0x2000, "en-IN,en;q=0.9,hi;q=0.8"), (0xC613_0000, 0x4000, "de-DE,de;q=0.9,en;q=0.5"),
    (0xC613_4000, 0x4000, "fr-FR,fr;q=0.9"), (0xC613_8000, 0x4000, "es-ES,es;q=0.9"),
    (0xC613_C000, 0x2000, "pt-BR,pt;q=0.9"), (0xC613_E000, 0x2000, "en-AU,en;q=0.9"),
  ]
  private static let referrers = ["https://news.example.net/today", "https://forum.example.org/t/42", ""]
}
