/// Why migrations can't run or one of them failed.
public enum MigrationError: Error, Hashable, Sendable {
  case unreadable(path: String)
  /// Not `NNNN_name.sql` with a number from 1.
  case badName(file: String)
  case duplicate(first: String, second: String)
  /// The group has later files but none with this number.
  case gap(group: MigrationGroup, version: Int)
  /// The file is not the one that was applied.
  case changed(file: String, target: SchemaName)
  /// The server refused the script; `message` is the server's, `line` is the file's.
  case refused(file: String, target: SchemaName, line: Int?, sqlState: String?, message: String)
  /// The script ended the transaction it runs in.
  case leftTransaction(file: String, target: SchemaName)
  /// What runs after a migration in its transaction failed.
  case followUp(file: String, target: SchemaName, reason: String)
  case database(DatabaseError)
}

extension MigrationError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unreadable(let path): "cannot read \(path)"
    case .badName(let file): "\(file) is not named NNNN_name.sql"
    case .duplicate(let first, let second): "\(first) and \(second) have the same number"
    case .gap(let group, let version): "migrations/\(group.rawValue) has no number \(version) but later ones"
    case .changed(let file, let target): "\(file) was changed after it was applied to \(target)"
    case .refused(let file, let target, let line, let sqlState, let message):
      "\(file)\(line.map { ":\($0)" } ?? "") on \(target): \(message)\(sqlState.map { " (\($0))" } ?? "")"
    case .leftTransaction(let file, let target): "\(file) on \(target): a migration must not end its transaction"
    case .followUp(let file, let target, let reason): "after \(file) on \(target): \(reason)"
    case .database(let error): error.description
    }
  }

  /// Somebody held a lock the migration needs, or two got in each other's way; nothing was changed.
  var isLockConflict: Bool {
    switch self {
    case .refused(_, _, _, let sqlState, _): sqlState == "55P03" || sqlState == "40P01"
    case .database(let error): error.sqlState == "55P03" || error.isTransactionConflict
    default: false
    }
  }
}
