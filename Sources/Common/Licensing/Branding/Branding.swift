public import Core

/// How the product looks and calls itself for the customers of a reseller, or for an Enterprise customer. Every part
/// has been checked when it was made, also when it comes out of a lease.
public struct Branding: Hashable, Sendable {
  /// 1 to 40 characters, none of them a control or direction mark.
  public var productName: String
  public var logo: BrandImage?
  public var favicon: BrandImage?
  /// Of buttons and marks. Nil leaves ours.
  public var primary: BrandColor?
  /// Of links. Nil follows the primary colour.
  public var link: BrandColor?
  /// Values as they were given; ``BrandVariable/checked(_:)`` accepts each.
  public var variables: [BrandVariable.Theme: [BrandVariable: String]]
  public var supportEmail: EmailAddress?
  /// An absolute http or https URL.
  public var supportURL: String?
  /// Whom mails say they are from; nil is the product's name.
  public var senderName: String?
  public var hidesPoweredBy: Bool

  public init(
    productName: String, logo: BrandImage? = nil, favicon: BrandImage? = nil, primary: BrandColor? = nil,
    link: BrandColor? = nil, variables: [BrandVariable.Theme: [BrandVariable: String]] = [:],
    supportEmail: EmailAddress? = nil, supportURL: String? = nil, senderName: String? = nil,
    hidesPoweredBy: Bool = false
  ) {
    self.productName = productName
    self.logo = logo
    self.favicon = favicon
    self.primary = primary
    self.link = link
    self.variables = variables
    self.supportEmail = supportEmail
    self.supportURL = supportURL
    self.senderName = senderName
    self.hidesPoweredBy = hidesPoweredBy
  }

  /// Our own.
  public static let trackily = Branding(productName: "Trackily")

  public var isOurs: Bool { self == .trackily }

  /// Whether pages name whose product it is underneath.
  public var showsPoweredBy: Bool { !isOurs && !hidesPoweredBy }

  /// Where people find help: the page, else the address.
  public var supportLink: String? { supportURL ?? supportEmail.map { "mailto:\($0)" } }

  /// Characters of ``productName`` and ``senderName``.
  public static let nameLength = 1...40

  /// Whether the text can stand in titles, mail headers and shell scripts' comments: one line, no marks that turn the
  /// direction of what follows.
  public static func isName(_ text: String) -> Bool {
    nameLength.contains(text.unicodeScalars.count) && text == text.trimmed
      && text.unicodeScalars.allSatisfy { scalar in
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate, .unassigned: false
        default: true
        }
      }
  }
}

extension Branding {
  /// With the pictures inside, as a lease carries it.
  public var json: JSONValue {
    [
      "product_name": .string(productName), "logo": .optional(logo?.json), "favicon": .optional(favicon?.json),
      "colors": ["primary": JSONValue(primary?.description), "link": JSONValue(link?.description)],
      "css_variables": variablesJSON, "support_email": JSONValue(supportEmail?.description),
      "support_url": JSONValue(supportURL), "sender_name": JSONValue(senderName),
      "hides_powered_by": .bool(hidesPoweredBy),
    ]
  }

  /// `{"light": {"--ty-bg": "#ffffff"}, "dark": {}}`
  public var variablesJSON: JSONValue {
    var object = JSONObject()
    for theme in BrandVariable.Theme.allCases {
      var values = JSONObject()
      for variable in BrandVariable.allCases {
        if let value = variables[theme]?[variable] { values[variable.rawValue] = .string(value) }
      }
      object[theme.rawValue] = .object(values)
    }
    return .object(object)
  }

  /// What cannot be used is left out rather than believed; nil without a name.
  public init?(json: JSONValue) {
    guard let name = json["product_name"]?.stringValue, Self.isName(name) else { return nil }
    var variables: [BrandVariable.Theme: [BrandVariable: String]] = [:]
    for theme in BrandVariable.Theme.allCases {
      for member in (json["css_variables"]?[theme.rawValue]?.objectValue ?? [:]).members {
        guard let variable = BrandVariable(rawValue: member.key), let value = member.value.stringValue,
          variable.checked(value) != nil
        else { continue }
        variables[theme, default: [:]][variable] = value
      }
    }
    self.init(
      productName: name, logo: BrandImage(json: json["logo"], for: .logo),
      favicon: BrandImage(json: json["favicon"], for: .favicon),
      primary: json["colors"]?["primary"]?.stringValue.flatMap { BrandColor($0) },
      link: json["colors"]?["link"]?.stringValue.flatMap { BrandColor($0) }, variables: variables,
      supportEmail: json["support_email"]?.stringValue.flatMap { EmailAddress($0) },
      supportURL: json["support_url"]?.stringValue.flatMap { WebURL.isAbsolute($0) ? $0 : nil },
      senderName: json["sender_name"]?.stringValue.flatMap { Self.isName($0) ? $0 : nil },
      hidesPoweredBy: json["hides_powered_by"]?.boolValue ?? false)
  }
}
