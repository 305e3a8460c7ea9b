import Conversions
import Core
import Security

/// The European Central Bank's reference rates: what a euro is worth in some thirty currencies, once each working day.
/// https://www.ecb.europa.eu/stats/policy_and_exchange_rates/euro_reference_exchange_rates/
struct ECBClient: Sendable {
  enum Fault: Error, Hashable, Sendable, CustomStringConvertible {
    case unreachable(String)
    case unexpected(status: Int)
    case unreadable

    var description: String {
      switch self {
      case .unreachable(let reason): "the European Central Bank can't be reached: \(reason)"
      case .unexpected(let status): "the European Central Bank answered with status \(status)"
      case .unreadable: "the European Central Bank sent no rates"
      }
    }
  }

  static let base = Currency.eur
  private static let sizeLimit = 4 << 20

  private let baseURL: String
  private let http: OutboundHTTP

  init(baseURL: String) {
    self.baseURL = baseURL
    // The operator named this server, so it may stand in a private network.
    let policy = DestinationPolicy(allowedHosts: Set([WebURL.host(of: baseURL)].compactMap { $0 }))
    http = OutboundHTTP(policy: policy, maxRequests: 2)
  }

  /// - Parameter history: the last ninety days; else the last one alone.
  func rates(history: Bool) async throws(Fault) -> [RateQuote] {
    let file = history ? "eurofxref-hist-90d.xml" : "eurofxref-daily.xml"
    let response: OutboundResponse
    do throws(OutboundError) {
      response = try await http.send(
        OutboundRequest(.get, "\(baseURL)/stats/eurofxref/\(file)"),
        limits: OutboundLimits(responseSize: Self.sizeLimit, redirects: 3))
    } catch {
      throw .unreachable("\(error)")
    }
    guard (200..<300).contains(response.status) else { throw .unexpected(status: response.status) }
    let quotes = Self.quotes(in: response.text)
    guard !quotes.isEmpty else { throw .unreadable }
    return quotes
  }

  /// `<Cube time='2026-11-20'><Cube currency='USD' rate='1.0825'/>`: nothing else in the document matters.
  static func quotes(in document: String) -> [RateQuote] {
    var quotes: [RateQuote] = []
    var day: LocalDate?
    for tag in document.split(separator: "<") where tag.hasPrefix("Cube") {
      if let time = attribute("time", of: tag) { day = LocalDate(time) }
      guard let day, let currency = attribute("currency", of: tag).flatMap({ Currency($0) }), currency != base,
        let rate = attribute("rate", of: tag).flatMap({ ExchangeRate($0) })
      else { continue }
      quotes.append(RateQuote(day: day, base: base, currency: currency, rate: rate))
    }
    return quotes
  }

  private static func attribute(_ name: String, of tag: Substring) -> Substring? {
    guard let start = tag.firstRange(of: " \(name)=")?.upperBound, let mark = tag[start...].first,
      mark == "'" || mark == "\""
    else { return nil }
    let value = tag[tag.index(after: start)...]
    return value.firstIndex(of: mark).map { value[..<$0] }
  }
}
