import Core
import Security

/// Have I Been Pwned's API. Neither the key nor an address goes into a fault or a log.
/// https://haveibeenpwned.com/API/v3#BreachesForAccount
struct BreachClient: Sendable {
  enum Fault: Error, Hashable, Sendable {
    case unreachable(String)
    /// The API key is no good.
    case refused
    /// Wait so many seconds.
    case tooMany(retryAfter: Int)
    case unexpected(status: Int)
  }

  static let standardURL = "https://haveibeenpwned.com"

  private let baseURL: String
  private let key: String
  private let http: OutboundHTTP

  init(baseURL: String, key: String) {
    self.baseURL = baseURL
    self.key = key
    // The operator named this server, so it may stand in a private network.
    let policy = DestinationPolicy(allowedHosts: Set([WebURL.host(of: baseURL)].compactMap { $0 }))
    http = OutboundHTTP(policy: policy, limits: OutboundLimits(totalTimeout: .seconds(8)), maxRequests: 8)
  }

  /// The breaches an address was in; none if it is in no breach known there.
  func breaches(of address: EmailAddress) async throws(Fault) -> [Breach] {
    let account = PercentCoding.encodeComponent(address.description)
    let request = OutboundRequest(
      .get, "\(baseURL)/api/v3/breachedaccount/\(account)?truncateResponse=false",
      headers: [HeaderField("hibp-api-key", key), HeaderField("Accept", "application/json")])
    let response: OutboundResponse
    do throws(OutboundError) { response = try await http.send(request) } catch { throw .unreachable("\(error)") }
    switch response.status {
    case 200: break
    case 404: return []
    case 401, 403: throw .refused
    case 429:
      let seconds = response.headers["retry-after"].flatMap { Int($0.trimmed) } ?? 6
      throw .tooMany(retryAfter: min(max(seconds, 1), 3_600))
    default: throw .unexpected(status: response.status)
    }
    guard let list = try? JSONValue.parse(response.body).arrayValue else { throw .unexpected(status: 200) }
    return list.prefix(Breach.most).compactMap { Breach($0) }
  }
}

/// A breach, as far as a visitor is told of it.
struct Breach: Sendable, Hashable {
  static let most = 1_000

  let name: String
  let title: String
  let domain: String
  /// `2013-10-04`
  let date: String
  let dataClasses: [String]

  init?(_ json: JSONValue) {
    guard let name = json["Name"]?.stringValue else { return nil }
    self.name = name
    title = json["Title"]?.stringValue ?? name
    domain = json["Domain"]?.stringValue ?? ""
    date = json["BreachDate"]?.stringValue ?? ""
    dataClasses = json["DataClasses"]?.arrayValue?.compactMap(\.stringValue) ?? []
  }

  var json: JSONValue {
    [
      "name": .string(name), "title": .string(title), "domain": .string(domain), "date": .string(date),
      "data_classes": JSONValue(dataClasses),
    ]
  }
}
