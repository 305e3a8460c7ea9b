import Core
import Licensing

extension Branding {
  /// From a request. A picture that is not named stays as it is in `former`; null takes it away.
  /// - Parameters:
  ///   - mayHidePoweredBy: whether the agreement lets "powered by" be off.
  /// - Returns: nil when something is wrong; the reader knows what.
  static func read(
    from reader: inout FieldReader, former: Branding?, mayHidePoweredBy: Bool
  ) throws(Problem) -> Branding? {
    let name = reader.string("product_name", length: nameLength)
    if let name, !isName(name) {
      reader.fault("product_name", "invalid", "must be one line without control characters")
    }
    let sender = reader.optionalString("sender_name", length: nameLength) ?? nil
    if let sender, !isName(sender) {
      reader.fault("sender_name", "invalid", "must be one line without control characters")
    }
    var brand = Branding(productName: name ?? "")
    brand.logo = image("logo", .logo, former?.logo, from: &reader)
    brand.favicon = image("favicon", .favicon, former?.favicon, from: &reader)
    if let colors = reader.optionalObject("colors") ?? nil {
      var nested = try FieldReader(colors, path: "colors")
      brand.primary = color("primary", from: &nested)
      brand.link = color("link", from: &nested)
      reader.adopt(nested)
    }
    if let variables = reader.optionalObject("css_variables") ?? nil {
      brand.variables = try read(variables: variables, into: &reader)
    }
    brand.supportEmail = reader.optionalEmail("support_email") ?? nil
    brand.supportURL = reader.optionalURL("support_url") ?? nil
    brand.senderName = sender
    brand.hidesPoweredBy = reader.bool("hides_powered_by", default: false)
    if brand.hidesPoweredBy, !mayHidePoweredBy {
      reader.fault("hides_powered_by", "not_entitled", "is not in the agreement")
    }
    return reader.faults.isEmpty ? brand : nil
  }

  private static func color(_ name: String, from reader: inout FieldReader) -> BrandColor? {
    guard let text = reader.optionalString(name, length: 0...7) ?? nil, !text.isEmpty else { return nil }
    let color = BrandColor(text)
    if color == nil { reader.fault(name, "color", "must be a colour such as #2f4bd8") }
    return color
  }

  private static func image(
    _ name: String, _ purpose: BrandImage.Purpose, _ former: BrandImage?, from reader: inout FieldReader
  ) -> BrandImage? {
    guard let given = reader.optionalString(name, length: 1...100_000) else { return former }
    guard let data = given else { return nil }
    let image = [UInt8](base64url: data).flatMap { BrandImage($0, for: purpose) }
    if image == nil { reader.fault(name, "image", purpose.requirement) }
    return image
  }

  private static func read(
    variables json: JSONValue, into reader: inout FieldReader
  ) throws(Problem) -> [BrandVariable.Theme: [BrandVariable: String]] {
    var variables: [BrandVariable.Theme: [BrandVariable: String]] = [:]
    var themes = try FieldReader(json, path: "css_variables")
    for theme in BrandVariable.Theme.allCases {
      guard let values = themes.optionalObject(theme.rawValue) ?? nil else { continue }
      for member in values.objectValue?.members ?? [] {
        let field = "\(theme.rawValue).\(member.key)"
        guard let variable = BrandVariable(rawValue: member.key) else {
          let names = BrandVariable.allCases.map(\.rawValue).joined(separator: ", ")
          themes.fault(field, "unknown_field", "cannot be set; those that can are \(names)")
          continue
        }
        guard let value = member.value.stringValue, variable.checked(value) != nil else {
          themes.fault(field, "value", variable.requirement)
          continue
        }
        variables[theme, default: [:]][variable] = value
      }
    }
    reader.adopt(themes)
    return variables
  }
}
