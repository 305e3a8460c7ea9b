/// By what lander protection knows a spy tool or a headless browser. A strong sign is enough; of the weak ones it takes
/// two, for each of them some honest browser shows.
public enum SpySign: String, Hashable, Sendable, CaseIterable {
  // From the request

  /// The visitor comes from a spy tool's own pages.
  case spyReferrer = "spy_referrer"
  /// The user agent says that a program drives the browser.
  case headlessAgent = "headless_agent"
  /// A library for HTTP, not a browser.
  case httpClient = "http_client"
  /// No user agent at all.
  case noAgent = "no_agent"
  /// A browser that speaks no language.
  case noLanguage = "no_language"

  // From the page

  /// `navigator.webdriver`: the browser itself says that it is driven.
  case webdriver
  /// Objects that Selenium, PhantomJS and the like leave in the page.
  case automation
  /// No plugins on a desktop, where every browser has its own PDF viewer.
  case noPlugins = "no_plugins"
  /// A window without a size.
  case noWindow = "no_window"
  /// A Chrome without the `chrome` object.
  case noChrome = "no_chrome"
  /// Notifications are refused and to be asked for at once.
  case permissions

  public var isStrong: Bool {
    switch self {
    case .spyReferrer, .headlessAgent, .webdriver, .automation: true
    case .httpClient, .noAgent, .noLanguage, .noPlugins, .noWindow, .noChrome, .permissions: false
    }
  }

  /// One strong or two weak.
  static func givesAway(_ signs: [SpySign]) -> Bool { signs.contains(where: \.isStrong) || signs.count > 1 }
}

extension VisitorRequest {
  /// What the request alone gives away.
  var spySigns: [SpySign] {
    var signs: [SpySign] = []
    if let referrer = headers.referrer, let host = ReferrerDomain.of(referrer), SpyTools.owns(host) {
      signs.append(.spyReferrer)
    }
    guard let agent = headers.userAgent, !agent.isEmpty else { return signs + [.noAgent] }
    agent.utf8Buffer { agent in
      if SpyTools.headlessAgents.contains(where: { agent.contains(caseInsensitively: $0.bytes) }) {
        signs.append(.headlessAgent)
      } else if SpyTools.httpClients.contains(where: { agent.has(caseInsensitively: $0.bytes, at: 0) }) {
        signs.append(.httpClient)
      } else if agent.has("Mozilla/", at: 0), headers.acceptLanguage?.isEmpty ?? true {
        signs.append(.noLanguage)
      }
    }
    return signs
  }
}
