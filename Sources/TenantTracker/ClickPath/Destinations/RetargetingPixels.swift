import Core

/// A campaign's retargeting pixels, compiled: markup for a page, and what that may load.
struct RetargetingPixels: Sendable {
  let sources: ContentSources
  /// The markup, without the nonces that stand between.
  private let parts: [[UInt8]]
  /// The markup as local landings get it; their pages need no nonce.
  let markup: [UInt8]

  /// Nil when there are none.
  init?(_ record: RetargetingRecord) {
    var sources = ContentSources()
    var draft = MarkupDraft()
    if let id = record.facebook {
      draft.facebook(id)
      sources.formUnion(.facebook)
    }
    if let id = record.google {
      draft.google(id)
      sources.formUnion(.google)
    }
    if let id = record.tiktok {
      draft.tiktok(id)
      sources.formUnion(.tiktok)
    }
    if let scripts = record.scripts {
      draft.add(scripts)
      sources.formUnion(.ownScripts)
    }
    parts = draft.parts
    markup = Array(parts.joined())
    if markup.isEmpty { return nil }
    self.sources = sources
  }

  /// The markup for a page whose policy knows scripts by a nonce.
  func markup(nonce: String) -> [UInt8] { Array(parts.joined(separator: Array(" nonce=\"\(nonce)\"".utf8))) }
}

extension RetargetingRecord {
  /// What the licence calls them.
  static let feature = "retargeting_pixels"

  /// HTML for a page's head: vendors' loaders, their image pixels for who has no scripts, and the user's own scripts.
  func markup() -> [UInt8] { RetargetingPixels(self)?.markup ?? [] }
}

/// Markup in the making. Each script element leaves room for a nonce.
private struct MarkupDraft {
  private(set) var parts: [[UInt8]] = [[]]

  mutating func add(_ html: some StringProtocol) { parts[parts.count - 1] += html.utf8 }

  mutating func script(_ attributes: String = "", _ code: [UInt8] = []) {
    add("<script")
    parts.append([])
    add("\(attributes)>")
    parts[parts.count - 1] += code
    add("</script>")
  }

  /// For who has no scripts.
  mutating func image(_ url: [UInt8]) {
    var html = Array("<noscript><img width=\"1\" height=\"1\" alt=\"\" src=\"".utf8)
    html.append(html: url)
    parts[parts.count - 1] += html
    add("\"></noscript>")
  }
}

// What each vendor's documentation has one put in a page, in short: a queue under its name, the library that empties it,
// and the one event that says somebody was here. Each stands alone, so that none takes another down.

extension MarkupDraft {
  /// https://developers.facebook.com/docs/meta-pixel/get-started
  fileprivate mutating func facebook(_ id: String) {
    var code = Array(
      """
      !function(w,d){if(!w.fbq){var q=w.fbq=function(){q.callMethod?q.callMethod.apply(q,arguments):\
      q.queue.push(arguments)};w._fbq=w._fbq||q;q.push=q;q.loaded=!0;q.version="2.0";q.queue=[];\
      var s=d.createElement("script");s.async=!0;s.src="https://connect.facebook.net/en_US/fbevents.js";\
      d.head.appendChild(s)}}(window,document);fbq("init",
      """.utf8)
    code.append(scriptLiteral: id.utf8)
    code += ");fbq(\"track\",\"PageView\")".utf8
    script(code)
    image(url("https://www.facebook.com/tr?id=", id, "&ev=PageView&noscript=1"))
  }

  /// https://developers.google.com/tag-platform/gtagjs. The page view is sent by name, once, for Ads and Analytics alike.
  fileprivate mutating func google(_ id: String) {
    var source: [UInt8] = []
    source.append(html: url("https://www.googletagmanager.com/gtag/js?id=", id, ""))
    script(" async src=\"\(String(decoding: source, as: UTF8.self))\"")
    var code = Array(
      """
      window.dataLayer=window.dataLayer||[];window.gtag=window.gtag||function(){dataLayer.push(arguments)};\
      gtag("js",new Date());gtag("config",
      """.utf8)
    code.append(scriptLiteral: id.utf8)
    code += ",{send_page_view:!1});gtag(\"event\",\"page_view\",{send_to:".utf8
    code.append(scriptLiteral: id.utf8)
    code += "})".utf8
    script(code)
    if id.hasPrefix("AW-") {
      image(
        url(
          "https://googleads.g.doubleclick.net/pagead/viewthroughconversion/", String(id.dropFirst(3)),
          "/?guid=ON&script=0"))
    }
  }

  /// https://ads.tiktok.com/help/article/get-started-pixel
  fileprivate mutating func tiktok(_ id: String) {
    var code = Array(
      """
      !function(w,d,n){w.TiktokAnalyticsObject=n;var q=w[n]=w[n]||[];q.methods=["page","track","identify","instances",\
      "debug","on","off","once","ready","alias","group","enableCookie","disableCookie","holdConsent","revokeConsent",\
      "grantConsent"];q.setAndDefer=function(o,m){o[m]=function(){o.push([m].concat([].slice.call(arguments)))}};\
      q.methods.forEach(function(m){q.setAndDefer(q,m)});q.instance=function(i){var o=q._i[i]||[];\
      q.methods.forEach(function(m){q.setAndDefer(o,m)});return o};q.load=function(i,c){\
      var u="https://analytics.tiktok.com/i18n/pixel/events.js";q._i=q._i||{};q._i[i]=[];q._i[i]._u=u;q._t=q._t||{};\
      q._t[i]=+new Date;q._o=q._o||{};q._o[i]=c||{};var s=d.createElement("script");s.async=!0;\
      s.src=u+"?sdkid="+i+"&lib="+n;d.head.appendChild(s)};q.load(
      """.utf8)
    code.append(scriptLiteral: id.utf8)
    code += ");q.page()}(window,document,\"ttq\")".utf8
    script(code)
  }

  private mutating func script(_ code: [UInt8]) { script("", code) }

  private func url(_ start: String, _ id: String, _ end: String) -> [UInt8] {
    Array("\(start)\(PercentCoding.encodeComponent(id))\(end)".utf8)
  }
}

extension ContentSources {
  fileprivate static let facebook = ContentSources(
    scripts: ["https://connect.facebook.net"], images: ["https://www.facebook.com"],
    connections: ["https://www.facebook.com", "https://connect.facebook.net"], frames: ["https://www.facebook.com"],
    forms: ["https://www.facebook.com"])

  /// https://developers.google.com/tag-platform/security/guides/csp
  fileprivate static let google = ContentSources(
    scripts: [
      "https://*.googletagmanager.com", "https://www.googleadservices.com", "https://googleads.g.doubleclick.net",
      "https://www.google.com",
    ],
    images: [
      "https://*.google-analytics.com", "https://*.googletagmanager.com", "https://*.g.doubleclick.net",
      "https://www.google.com", "https://google.com", "https://www.googleadservices.com",
    ],
    connections: [
      "https://*.google-analytics.com", "https://*.analytics.google.com", "https://*.googletagmanager.com",
      "https://*.g.doubleclick.net", "https://www.google.com", "https://google.com",
      "https://www.googleadservices.com", "https://pagead2.googlesyndication.com",
    ],
    frames: [
      "https://*.googletagmanager.com", "https://td.doubleclick.net", "https://bid.g.doubleclick.net",
    ])

  fileprivate static let tiktok = ContentSources(
    scripts: ["https://analytics.tiktok.com"], images: ["https://analytics.tiktok.com"],
    connections: ["https://analytics.tiktok.com", "https://analytics-ipv6.tiktokw.us"])
}
