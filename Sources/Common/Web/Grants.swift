public import Core

/// What somebody may do in each of a program's sections. Write includes read; a section not named is closed.
public struct Grants<Section>: Sendable, Hashable
where Section: RawRepresentable & CaseIterable & Hashable & Sendable, Section.RawValue == String {
  private var levels: [Section: AccessLevel] = [:]

  public static var none: Grants { Grants() }
  public static var everything: Grants { Grants(Section.allCases.map { ($0, .write) }) }

  public init() {}

  public init(_ grants: [(Section, AccessLevel)]) {
    for (section, level) in grants { levels[section] = level }
  }

  public subscript(section: Section) -> AccessLevel? {
    get { levels[section] }
    set { levels[section] = newValue }
  }

  public func allows(_ access: Access) -> Bool {
    switch access {
    case .anyone, .signedIn: true
    case .section(let name, let wanted):
      switch Section(rawValue: name).flatMap({ levels[$0] }) {
      case .write?: true
      case .read?: wanted == .read
      case nil: false
      }
    }
  }
}

extension Grants {
  /// `{"campaigns": "write", "reports": "read"}`, sections in their declared order, closed ones left out.
  public var json: JSONValue {
    var object = JSONObject()
    for section in Section.allCases {
      if let level = levels[section] { object[section.rawValue] = .string(level.rawValue) }
    }
    return .object(object)
  }

  /// From what is stored; what is not understood is left closed.
  public init(stored: JSONValue?) {
    for member in stored?.objectValue?.members ?? [] {
      guard let section = Section(rawValue: member.key), let name = member.value.stringValue else { continue }
      levels[section] = AccessLevel(rawValue: name)
    }
  }

  /// From a request: `{"section": "write"}`, or as two switches `{"section": {"read": true, "write": false}}`; a closed
  /// section is `"none"`, null or not named. Anything else is a fault of `field`. Nil when absent.
  public static func read(_ field: String, from reader: inout FieldReader) -> Grants?? {
    guard let given = reader.optionalObject(field) else { return nil }
    guard let object = given?.objectValue else { return .some(nil) }
    var grants = Grants()
    for member in object.members {
      guard let section = Section(rawValue: member.key) else {
        let names = Section.allCases.map(\.rawValue).joined(separator: ", ")
        reader.fault("\(field).\(member.key)", "unknown_field", "is no section; the sections are \(names)")
        continue
      }
      guard let level = level(of: member.value) else {
        reader.fault("\(field).\(member.key)", "choice", "must be read, write or none")
        continue
      }
      grants[section] = level
    }
    return grants
  }

  /// `.some(nil)` is closed, nil no level at all.
  private static func level(of value: JSONValue) -> AccessLevel?? {
    if value.isNull || value.stringValue == "none" { return .some(nil) }
    guard let switches = value.objectValue else {
      return value.stringValue.flatMap(AccessLevel.init(rawValue:)).map { $0 }
    }
    let levels = switches.members.map { (level: AccessLevel(rawValue: $0.key), isOn: $0.value.boolValue) }
    guard levels.allSatisfy({ $0.level != nil && $0.isOn != nil }) else { return nil }
    let open = Set(levels.filter { $0.isOn == true }.map(\.level))
    return .some(open.contains(.write) ? .write : open.contains(.read) ? .read : nil)
  }
}
