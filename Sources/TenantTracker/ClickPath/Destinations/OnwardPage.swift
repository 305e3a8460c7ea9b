/// The page between a tracking link and its destination. It leaves no trace in the browser's history, works without
/// scripts, and shows a link to who is still there after 3 s.
struct OnwardPage {
  /// When a visitor goes on.
  enum Pause: Sendable {
    /// At once: there is nothing to wait for.
    case none
    /// When everything on the page is loaded, at the latest after ``limit``.
    case untilLoaded
    /// After ``limit``, whatever hangs.
    case whole

    /// In milliseconds.
    static let limit = 1_500
  }

  /// Nil for a page that leads nowhere.
  var url: [UInt8]?
  /// Whether it goes on by a meta refresh even where scripts run.
  var refreshes = false
  var hidesReferrer = false
  var pause = Pause.none
  /// What is fired, in this order.
  var pixels: [[UInt8]] = []
  let nonce: String

  var html: [UInt8] {
    var page: [UInt8] = []
    page.reserveCapacity(2_048 + pixels.reduce(0) { $0 + $1.count } + 4 * (url?.count ?? 0))
    func add(_ text: String) { page.append(contentsOf: text.utf8) }
    add("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">")
    add("<meta name=\"viewport\" content=\"width=device-width\"><meta name=\"robots\" content=\"noindex\">")
    if hidesReferrer { add("<meta name=\"referrer\" content=\"no-referrer\">") }
    add("<title>\(url == nil ? "OK" : "One moment")</title>")
    if let url {
      add(
        """
        <style nonce="\(nonce)">p{font:1rem sans-serif;text-align:center;visibility:hidden;animation:s 0s 3s forwards}\
        @keyframes s{to{visibility:visible}}</style>
        """)
      refresh(to: url, &page)
    }
    add("</head><body>")
    if let url {
      add("<p><a href=\"")
      page.append(html: url)
      add("\"\(hidesReferrer ? " rel=\"noreferrer\"" : "")>Continue</a></p>")
      // After the link, for browsers stop reading a page that goes on; before the pixels, one of which may hang.
      if !refreshes || pause != .none { script(to: url, &page) }
    }
    for pixel in pixels { page.append(contentsOf: pixel) }
    add("</body></html>")
    return page
  }

  /// For everybody, or for those without scripts. Pixels get a second from when the page is loaded.
  private func refresh(to url: [UInt8], _ page: inout [UInt8]) {
    let isForAll = refreshes && pause == .none
    if !isForAll { page.append(contentsOf: "<noscript>".utf8) }
    page.append(contentsOf: "<meta http-equiv=\"refresh\" content=\"\(pause == .none ? 0 : 1);url=".utf8)
    page.append(html: url)
    page.append(contentsOf: "\">".utf8)
    if !isForAll { page.append(contentsOf: "</noscript>".utf8) }
  }

  /// Goes on once: a second start would only delay the first.
  private func script(to url: [UInt8], _ page: inout [UInt8]) {
    page.append(contentsOf: "<script nonce=\"\(nonce)\">".utf8)
    page.append(contentsOf: "(function(){var gone;function go(){if(!gone){gone=1;location.replace(".utf8)
    page.append(scriptLiteral: url)
    page.append(contentsOf: ")}}".utf8)
    switch pause {
    case .none: page.append(contentsOf: "go()".utf8)
    case .untilLoaded:
      page.append(contentsOf: "addEventListener(\"load\",go);setTimeout(go,\(Pause.limit))".utf8)
    case .whole: page.append(contentsOf: "setTimeout(go,\(Pause.limit))".utf8)
    }
    page.append(contentsOf: "})()</script>".utf8)
  }
}
