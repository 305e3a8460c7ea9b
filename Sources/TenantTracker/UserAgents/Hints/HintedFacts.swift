import ClickPath

/// What client hints say, in uap-core's words. Values that no browser sends say nothing.
struct HintedFacts {
  let browser: String?
  let os: String?
  let isMobile: Bool?
  let model: String?

  init(_ hints: ClientHints) {
    isMobile = hints.mobile.flatMap { ["?1": true, "?0": false][$0] }
    os = hints.platform.flatMap { HintedFacts.platforms[HintedFacts.unquoted($0)] }
    let isMobile = isMobile
    browser = hints.brands.flatMap { HintedFacts.browser($0, isMobile: isMobile == true) }
    model = hints.model.map { HintedFacts.unquoted($0) }.flatMap { $0.isEmpty ? nil : String($0) }
  }

  private static let platforms: [Substring: String] = [
    "Windows": "Windows", "macOS": "Mac OS X", "Linux": "Linux", "Android": "Android", "iOS": "iOS",
    "Chrome OS": "Chrome OS", "Chromium OS": "Chrome OS", "ChromeOS": "Chrome OS", "Fuchsia": "Fuchsia",
  ]

  /// Only brands of this list: it passes over Chromium itself and the made-up brands that keep servers from parsing
  /// carelessly, and keeps invented names out of the reports.
  private static let brands: [Substring: (desktop: String, mobile: String)] = [
    "Android WebView": ("Chrome Mobile WebView", "Chrome Mobile WebView"),
    "Avast Secure Browser": ("Avast Secure Browser", "Avast Secure Browser"),
    "AVG Secure Browser": ("AVG Secure Browser", "AVG Secure Browser"),
    "Brave": ("Brave", "Brave"),
    "CCleaner Browser": ("CCleaner Browser", "CCleaner Browser"),
    "Coc Coc": ("Coc Coc", "Coc Coc"),
    "DuckDuckGo": ("DuckDuckGo", "DuckDuckGo Mobile"),
    "HeadlessChrome": ("HeadlessChrome", "HeadlessChrome"),
    "Microsoft Edge": ("Edge", "Edge Mobile"),
    "Norton Private Browser": ("Norton Private Browser", "Norton Private Browser"),
    "Opera": ("Opera", "Opera Mobile"),
    "Opera GX": ("Opera", "Opera Mobile"),
    "OperaMobile": ("Opera", "Opera Mobile"),
    "Samsung Internet": ("Samsung Internet", "Samsung Internet"),
    "Vivaldi": ("Vivaldi", "Vivaldi"),
    "Whale": ("Whale", "Whale"),
    "YaBrowser": ("Yandex Browser", "Yandex Browser"),
    "Yandex": ("Yandex Browser", "Yandex Browser"),
  ]

  private static func browser(_ list: String, isMobile: Bool) -> String? {
    // A brand is quoted; its escapes can only be in made-up ones, which are none of ours either way.
    for (index, part) in list.split(separator: "\"", omittingEmptySubsequences: false).enumerated() where index % 2 == 1
    {
      if let names = brands[part] { return isMobile ? names.mobile : names.desktop }
    }
    return nil
  }

  private static func unquoted(_ value: String) -> Substring {
    value.count >= 2 && value.hasPrefix("\"") && value.hasSuffix("\"") ? value.dropFirst().dropLast() : value[...]
  }
}
