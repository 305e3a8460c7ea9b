import ClickPath
import Core
import Foundation

/// Values that visitors often have, offered while one types a filter. Any other value will do as well.
enum FilterSuggestions {
  struct Value: Sendable, Hashable {
    let value: String
    /// What people call it, where that is something else.
    var label: String?

    init(_ value: String, _ label: String? = nil) {
      self.value = value
      self.label = label
    }
  }

  static func values(for field: FilterField) -> [Value] {
    switch field {
    case .country: countries
    case .language: languages
    case .device: ["Desktop", "Mobile", "Tablet", "TV", "Console", "Wearable", "Car", "Bot"].map { Value($0) }
    case .os: systems.map { Value($0) }
    case .browser: browsers.map { Value($0) }
    case .connection: ["cellular", "broadband", "corporate", "dialup", "satellite"].map { Value($0) }
    case .visitor: [Value("new", "Not seen before"), Value("returning", "Seen before")]
    case .weekday:
      zip(weekdays, ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]).map {
        Value($0, $1)
      }
    case .region, .city, .isp, .ip, .userAgent, .referrer, .referrerDomain, .hour, .sub: []
    }
  }

  /// Fields that have any.
  static let fields = FilterField.all.filter { !values(for: $0).isEmpty }

  private static let weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

  /// By ISO 3166-1 code, in the order of their English names.
  static let countries: [Value] = named(
    Locale.Region.isoRegions.map(\.identifier).filter { $0.utf8.count == 2 && !notCountries.contains($0) }
  ) { Locale(identifier: "en").localizedString(forRegionCode: $0) }

  /// Reserved codes that no visitor's address is in: the European Union, the eurozone, pseudo locales...
  private static let notCountries: Set<String> = [
    "EU", "EZ", "UN", "QO", "XA", "XB", "ZZ", "AC", "CP", "CQ", "DG", "EA", "IC", "TA",
  ]

  /// Those that browsers are mostly set to.
  private static let languages: [Value] = named([
    "ar", "bg", "bn", "cs", "da", "de", "el", "en", "en-GB", "en-US", "es", "es-MX", "et", "fa", "fi", "fr", "fr-CA",
    "he", "hi", "hr", "hu", "id", "it", "ja", "ko", "lt", "lv", "ms", "nb", "nl", "pl", "pt", "pt-BR", "ro", "ru", "sk",
    "sl", "sr", "sv", "sw", "ta", "te", "th", "tl", "tr", "uk", "ur", "vi", "zh", "zh-CN", "zh-TW",
  ]) { Locale(identifier: "en").localizedString(forIdentifier: $0) }

  private static func named(_ codes: [String], _ name: (String) -> String?) -> [Value] {
    codes.compactMap { code in name(code).map { Value(code, $0) } }.sorted { ($0.label ?? "") < ($1.label ?? "") }
  }

  /// As the user-agent data names them.
  private static let systems = [
    "Windows", "Mac OS X", "iOS", "Android", "Linux", "Chrome OS", "Ubuntu", "Fedora", "Tizen", "webOS", "KaiOS",
    "HarmonyOS", "FreeBSD", "Other",
  ]

  private static let browsers = [
    "Chrome", "Chrome Mobile", "Chrome Mobile iOS", "Chrome Mobile WebView", "Safari", "Mobile Safari",
    "Mobile Safari UI/WKWebView", "Firefox", "Firefox Mobile", "Firefox iOS", "Edge", "Edge Mobile", "Opera",
    "Opera Mobile", "Opera Mini", "Samsung Internet", "UC Browser", "Yandex Browser", "MiuiBrowser", "Huawei Browser",
    "DuckDuckGo Mobile", "Brave", "Vivaldi", "Facebook", "Instagram", "TikTok", "Snapchat", "Pinterest", "IE",
  ]

  /// `GET /flows/filters`: every filter with what it can be compared by.
  static var catalog: [JSONValue] {
    FilterField.all.map { field in
      [
        "field": .string(field.rawValue), "title": .string(FilterWords.title(of: field)),
        "operators": JSONValue(field.operators.map(\.rawValue)), "example": .string(FilterWords.example(of: field)),
        "suggestions": .array(
          values(for: field).map { ["value": .string($0.value), "label": .string($0.label ?? $0.value)] }),
      ]
    }
  }
}
