import Core
import Security
import Web

/// What a check of the audit log's hash chain has found.
struct AuditVerdict: Sendable, Hashable {
  /// The last entry that is sound; nil when there is none. Written down elsewhere, it guards the end of the log.
  let head: AuditChain.Head?
  /// Where the chain is broken first, if it is.
  let fault: AuditChain.Fault?

  var isIntact: Bool { fault == nil }
  var entries: Int64 { head?.sequence ?? 0 }

  var json: JSONValue {
    [
      "intact": .bool(isIntact), "entries": .int(entries),
      "head": .optional(head.map { ["seq": .int($0.sequence), "hash": .string($0.hash.hex)] }),
      "first_fault": .optional(fault.map { ["seq": .int($0.sequence), "kind": .string($0.kind.rawValue)] }),
    ]
  }

  static let schema = Schema.object([
    .required("intact", .boolean), .required("entries", .integer),
    .required("head", Schema.object([.required("seq", .integer), .required("hash", .string)]).nullable),
    .required("first_fault", Schema.object([.required("seq", .integer), .required("kind", .string)]).nullable),
  ])
}

extension AuditChain.Head {
  /// Reads what a verdict's head was written down as: `1204:9f86d0…`.
  init?(text: String) {
    let parts = text.split(separator: ":")
    guard parts.count == 2, let sequence = Int64(parts[0]), sequence > 0, let hash = [UInt8](hex: String(parts[1])),
      hash.count == 32
    else { return nil }
    self.init(sequence: sequence, hash: hash)
  }

  var text: String { "\(sequence):\(hash.hex)" }
}
