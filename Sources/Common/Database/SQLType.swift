/// A Postgres type by its object id (`pg_type.oid`, fixed for the built-in types).
public struct SQLType: RawRepresentable, Hashable, Sendable {
  public let rawValue: UInt32

  public init(rawValue: UInt32) { self.rawValue = rawValue }

  private init(_ rawValue: UInt32) { self.rawValue = rawValue }

  public static let bool = SQLType(16)
  public static let bytea = SQLType(17)
  public static let char = SQLType(18)
  public static let name = SQLType(19)
  public static let bigint = SQLType(20)
  public static let smallint = SQLType(21)
  public static let integer = SQLType(23)
  public static let text = SQLType(25)
  public static let oid = SQLType(26)
  public static let json = SQLType(114)
  public static let real = SQLType(700)
  public static let double = SQLType(701)
  public static let unknown = SQLType(705)
  public static let cidr = SQLType(650)
  public static let inet = SQLType(869)
  public static let bpchar = SQLType(1042)
  public static let varchar = SQLType(1043)
  public static let date = SQLType(1082)
  public static let timestamp = SQLType(1114)
  public static let timestamptz = SQLType(1184)
  public static let numeric = SQLType(1700)
  public static let regclass = SQLType(2205)
  public static let uuid = SQLType(2950)
  public static let jsonb = SQLType(3802)

  public static let boolArray = SQLType(1000)
  public static let smallintArray = SQLType(1005)
  public static let integerArray = SQLType(1007)
  public static let textArray = SQLType(1009)
  public static let bigintArray = SQLType(1016)
  public static let doubleArray = SQLType(1022)
  public static let inetArray = SQLType(1041)
  public static let dateArray = SQLType(1182)
  public static let timestamptzArray = SQLType(1185)
  public static let uuidArray = SQLType(2951)
  public static let jsonbArray = SQLType(3807)

  /// Object ids from here on belong to types made in the database (enums, composites).
  private static let firstUserDefined: UInt32 = 16_384

  /// Whether the binary format is the text itself. Enums travel as their label.
  var isTextual: Bool {
    switch self {
    case .text, .varchar, .bpchar, .name, .unknown, .json, .char: true
    default: rawValue >= SQLType.firstUserDefined
    }
  }
}
