public import Core

/// A visitor made up to see where one like that would go. What is not said of it is found by its address and user agent,
/// or stays unknown.
public struct SimulatedVisitor: Sendable {
  public var at: Timestamp
  public var address: IPAddress?
  public var userAgent: String?
  /// An Accept-Language header: `de-AT,de;q=0.9`.
  public var language: String?
  public var referrer: String?
  public var subs = SubIDs()
  public var history = VisitorHistory.new

  public var country: String?
  public var region: String?
  public var city: String?
  public var isp: String?
  public var connection: String?
  public var device: String?
  public var os: String?
  public var browser: String?

  public init(at: Timestamp) { self.at = at }

  func request(_ slug: String, _ generator: ChaChaGenerator) -> VisitorRequest {
    var headers = VisitorHeaders()
    if let userAgent { headers.take("User-Agent", userAgent) }
    if let language { headers.take("Accept-Language", language) }
    if let referrer { headers.take("Referer", referrer) }
    if history == .returning {
      var source = generator
      headers.take("Cookie", "\(VisitorCookie.name)=\(VisitorID(at: at, using: &source))")
    }
    let query = subs.map { "sub\($0.number)=\(PercentCoding.encodeComponent($0.value))" }.joined(separator: "&")
    return VisitorRequest(
      method: .get, target: query.isEmpty ? "/c/\(slug)" : "/c/\(slug)?\(query)", host: "localhost", isSecure: true,
      headers: headers, address: address ?? IPAddress(v4: 0), now: at)
  }

  /// What was said outright goes before what was found.
  func overrule(_ facts: inout ClickFacts) {
    facts.country = country ?? facts.country
    facts.region = region ?? facts.region
    facts.city = city ?? facts.city
    facts.isp = isp ?? facts.isp
    facts.connection = connection ?? facts.connection
    facts.device = device ?? facts.device
    facts.os = os ?? facts.os
    facts.browser = browser ?? facts.browser
    // Nobody real: no memory of visits is asked, nor of bindings.
    (facts.addressKey, facts.visitorKey) = (0, 0)
  }
}
