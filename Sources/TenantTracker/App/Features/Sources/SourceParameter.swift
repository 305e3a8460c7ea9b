import Core
import Web

/// One parameter of a tracking link, and the source's macro for its value.
struct SourceParameter: Sendable, Hashable {
  enum Role: String, Sendable, CaseIterable {
    case clickID = "click_id"
    case cost, campaign
    case adGroup = "ad_group"
    case ad, site, placement, keyword, device, other

    var title: String {
      switch self {
      case .clickID: "Click id"
      case .cost: "Cost"
      case .campaign: "Campaign"
      case .adGroup: "Ad group"
      case .ad: "Ad"
      case .site: "Site or zone"
      case .placement: "Placement"
      case .keyword: "Keyword"
      case .device: "Device"
      case .other: "Other"
      }
    }
  }

  /// `click_id`, `cost`, `sub2`...
  var parameter: String
  /// `{campaign_id}`; empty for one that the source appends by itself.
  var macro: String
  var role: Role

  init(_ parameter: String, _ macro: String, _ role: Role) {
    self.parameter = parameter
    self.macro = macro
    self.role = role
  }

  var json: JSONValue {
    ["parameter": .string(parameter), "macro": .string(macro), "role": .string(role.rawValue)]
  }

  /// Nil for what is none of ours.
  init?(_ json: JSONValue) {
    guard let parameter = json["parameter"]?.stringValue, let macro = json["macro"]?.stringValue,
      let role = json["role"]?.stringValue.flatMap(Role.init(rawValue:))
    else { return nil }
    self.init(parameter, macro, role)
  }

  static func list(_ list: [JSONValue], _ fields: inout FieldReader) throws(Problem) -> [SourceParameter] {
    var parameters: [SourceParameter] = []
    for (index, element) in list.enumerated() {
      var entry = try FieldReader(element, path: "parameters[\(index)]")
      let name = name("parameter", &entry)
      let macro = (entry.optionalString("macro", length: 0...100) ?? nil) ?? ""
      let role = (entry.optionalOneOf("role", Role.allCases.map(\.rawValue)) ?? nil).flatMap(Role.init(rawValue:))
      if macro.utf8.contains(where: { " &#\"<>".utf8.contains($0) }) {
        entry.fault("macro", "invalid", "must have no blanks, quotes, &, # or angle brackets")
      }
      if let name, parameters.contains(where: { $0.parameter == name }) {
        entry.fault("parameter", "duplicate", "is given twice")
      }
      if role == .cost, parameters.contains(where: { $0.role == .cost }) {
        entry.fault("role", "duplicate", "one parameter carries the cost")
      }
      if let name { parameters.append(SourceParameter(name, macro, role ?? .other)) }
      fields.adopt(entry)
    }
    return parameters
  }

  /// The name of a query parameter; nil if there is none or it can't be one.
  static func name(_ field: String, _ fields: inout FieldReader) -> String? {
    guard let name = fields.optionalString(field, length: 1...50) ?? nil else {
      if field == "parameter" { fields.fault(field, "required", "is required") }
      return nil
    }
    guard
      name.utf8.allSatisfy({
        $0.asciiDigit != nil || ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A) || "_-.".utf8.contains($0)
      })
    else {
      fields.fault(field, "invalid", "must be letters, digits, _ - or .")
      return nil
    }
    return name
  }

  static let schema = Schema.object([
    .required("parameter", .string), .optional("macro", .string.described("Empty if the source appends it by itself.")),
    .optional("role", .choice(Role.allCases.map(\.rawValue))),
  ])
}
