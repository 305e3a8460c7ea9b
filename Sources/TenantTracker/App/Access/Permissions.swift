import Core
import Web

/// What somebody may do in each section. Write includes read; a section not named is closed.
struct Permissions: Sendable, Hashable {
  private var levels: [Section: AccessLevel] = [:]

  static let none = Permissions()
  static let everything = Permissions(Section.allCases.map { ($0, .write) })

  init() {}

  init(_ grants: [(Section, AccessLevel)]) {
    for (section, level) in grants { levels[section] = level }
  }

  subscript(section: Section) -> AccessLevel? {
    get { levels[section] }
    set { levels[section] = newValue }
  }

  func allows(_ access: Access) -> Bool {
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

  /// What both allow: an API key never has more than its user.
  func limited(to other: Permissions) -> Permissions {
    var both = Permissions()
    for section in Section.allCases {
      if allows(.write(section)), other.allows(.write(section)) {
        both[section] = .write
      } else if allows(.read(section)), other.allows(.read(section)) {
        both[section] = .read
      }
    }
    return both
  }
}

extension Permissions {
  /// `{"campaigns": "write", "reports": "read"}`, sections in the documents' order, closed ones left out.
  var json: JSONValue {
    var object = JSONObject()
    for section in Section.allCases {
      if let level = levels[section] { object[section.rawValue] = .string(level.rawValue) }
    }
    return .object(object)
  }

  /// From what is stored; what is not understood is left closed.
  init(stored: JSONValue?) {
    for member in stored?.objectValue?.members ?? [] {
      guard let section = Section(rawValue: member.key), let name = member.value.stringValue else { continue }
      levels[section] = AccessLevel(rawValue: name)
    }
  }

  /// From a request: `{"section": "read" | "write" | null}`; anything else is a fault of `field`.
  static func read(_ field: String, from reader: inout FieldReader) -> Permissions?? {
    guard let given = reader.optionalObject(field) else { return nil }
    guard let object = given?.objectValue else { return .some(nil) }
    var permissions = Permissions()
    for member in object.members {
      guard let section = Section(rawValue: member.key) else {
        let names = Section.allCases.map(\.rawValue).joined(separator: ", ")
        reader.fault("\(field).\(member.key)", "unknown_field", "is no section; the sections are \(names)")
        continue
      }
      if member.value.isNull { continue }
      guard let level = member.value.stringValue.flatMap(AccessLevel.init(rawValue:)) else {
        reader.fault("\(field).\(member.key)", "choice", "must be read, write or null")
        continue
      }
      permissions[section] = level
    }
    return permissions
  }
}
