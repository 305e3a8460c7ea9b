public import Core
import Crypto

/// The hash chain of the audit log: each entry's hash covers the one before, so that nothing in the middle can be
/// changed, dropped, inserted or reordered unseen. The head (last sequence and hash), noted elsewhere, guards the end.
public enum AuditChain {
  /// What the first entry has as its previous hash.
  public static let origin = [UInt8](repeating: 0, count: 32)

  /// One entry as it is stored.
  public struct Link: Hashable, Sendable {
    /// 1, 2, 3, ... without gaps.
    public let sequence: Int64
    /// Who, what, before, after, from where. Numbers and key order may be respelled by the store, nothing else.
    public let content: JSONValue
    public let previousHash: [UInt8]
    public let hash: [UInt8]

    /// An entry read back from the store.
    public init(sequence: Int64, content: JSONValue, previousHash: [UInt8], hash: [UInt8]) {
      self.sequence = sequence
      self.content = content
      self.previousHash = previousHash
      self.hash = hash
    }

    /// The entry that comes after `previous`, or the first one.
    public init(content: JSONValue, after previous: Head?) {
      let sequence = (previous?.sequence ?? 0) + 1
      let previousHash = previous?.hash ?? AuditChain.origin
      self.init(
        sequence: sequence, content: content, previousHash: previousHash,
        hash: AuditChain.hash(sequence: sequence, content: content, previousHash: previousHash))
    }

    public var head: Head { Head(sequence: sequence, hash: hash) }
  }

  /// The end of a chain.
  public struct Head: Hashable, Sendable {
    public let sequence: Int64
    public let hash: [UInt8]

    public init(sequence: Int64, hash: [UInt8]) {
      self.sequence = sequence
      self.hash = hash
    }
  }

  /// Where a chain is broken first, and how.
  public struct Fault: Error, Hashable, Sendable {
    public enum Kind: String, Sendable { case missing, linkBroken = "link_broken", contentChanged = "content_changed" }
    public let sequence: Int64
    public let kind: Kind
  }

  /// Checks entries in the order of their sequence, as they stream from the store.
  public struct Verifier: Sendable {
    public private(set) var head: Head?

    /// From the first entry, or on from a head that was checked before.
    public init(after head: Head? = nil) { self.head = head }

    public mutating func verify(_ link: Link) throws(Fault) {
      let expected = (head?.sequence ?? 0) + 1
      guard link.sequence == expected else { throw Fault(sequence: expected, kind: .missing) }
      guard ConstantTime.equal(link.previousHash, head?.hash ?? origin) else {
        throw Fault(sequence: link.sequence, kind: .linkBroken)
      }
      let hash = hash(sequence: link.sequence, content: link.content, previousHash: link.previousHash)
      guard ConstantTime.equal(hash, link.hash) else { throw Fault(sequence: link.sequence, kind: .contentChanged) }
      head = link.head
    }

    /// Compares the end with the head noted elsewhere: entries cut off the end show only here.
    public func finish(expecting noted: Head) throws(Fault) {
      guard let head, head.sequence >= noted.sequence else {
        throw Fault(sequence: (head?.sequence ?? 0) + 1, kind: .missing)
      }
      guard head.sequence > noted.sequence || ConstantTime.equal(head.hash, noted.hash) else {
        throw Fault(sequence: head.sequence, kind: .linkBroken)
      }
    }
  }

  /// The first fault of a whole chain, nil when it holds.
  public static func firstFault(in links: some Sequence<Link>) -> Fault? {
    var verifier = Verifier()
    for link in links {
      do { try verifier.verify(link) } catch { return error }
    }
    return nil
  }

  private static func hash(sequence: Int64, content: JSONValue, previousHash: [UInt8]) -> [UInt8] {
    var hasher = SHA256()
    hasher.update(data: Array("trackily audit v1\n".utf8))
    hasher.update(data: previousHash)
    hasher.update(data: Array("\n\(sequence)\n".utf8))
    hasher.update(data: CanonicalJSON.utf8(content))
    return Array(hasher.finalize())
  }
}
