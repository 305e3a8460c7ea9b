import Core
import Testing

@testable import Security

@Suite struct AuditChainTests {
  private let links: [AuditChain.Link]

  init() {
    var links: [AuditChain.Link] = []
    for index in 1...20 {
      links.append(.init(content: ["action": "user.update", "n": .int(index), "by": "admin"], after: links.last?.head))
    }
    self.links = links
  }

  @Test func anUntouchedChainHolds() throws {
    #expect(AuditChain.firstFault(in: links) == nil)
    #expect(AuditChain.firstFault(in: []) == nil)
    #expect(links.map(\.sequence) == Array(1...20))
  }

  @Test func aChangedEntryIsNamed() {
    for index in links.indices {
      var changed = links
      let link = links[index]
      changed[index] = .init(
        sequence: link.sequence, content: ["action": "user.update", "n": .int(index + 1), "by": "nobody"],
        previousHash: link.previousHash, hash: link.hash)
      #expect(AuditChain.firstFault(in: changed) == .init(sequence: link.sequence, kind: .contentChanged))
    }
  }

  @Test func aRehashedEntryBreaksTheNextLink() {
    var changed = links
    changed[9] = .init(content: ["action": "nothing"], after: links[8].head)
    #expect(AuditChain.firstFault(in: changed) == .init(sequence: 11, kind: .linkBroken))
  }

  @Test func aMissingAndASwappedEntryAreNamed() {
    var missing = links
    missing.remove(at: 4)
    #expect(AuditChain.firstFault(in: missing) == .init(sequence: 5, kind: .missing))
    var swapped = links
    swapped.swapAt(6, 7)
    #expect(AuditChain.firstFault(in: swapped) == .init(sequence: 7, kind: .missing))
  }

  @Test func aCutEndShowsAgainstTheNotedHead() throws {
    let head = try #require(links.last).head
    var verifier = AuditChain.Verifier()
    for link in links.dropLast(2) { try verifier.verify(link) }
    #expect(throws: AuditChain.Fault(sequence: 19, kind: .missing)) { try verifier.finish(expecting: head) }
    for link in links.suffix(2) { try verifier.verify(link) }
    try verifier.finish(expecting: head)
    #expect(throws: AuditChain.Fault(sequence: 20, kind: .linkBroken)) {
      try verifier.finish(expecting: .init(sequence: 20, hash: AuditChain.origin))
    }
  }

  @Test func verificationGoesOnFromAnEarlierHead() throws {
    var verifier = AuditChain.Verifier(after: links[9].head)
    for link in links[10...] { try verifier.verify(link) }
    #expect(verifier.head == links.last?.head)
  }

  @Test func whatJSONBRespellsKeepsItsHash() throws {
    let written = try JSONValue.parse(#"{"b":1.50,"a":[1e2,-0.0,12],"long":{"z":null,"y":"ü"}}"#)
    let readBack = try JSONValue.parse(#"{"a": [100, 0, 12.000], "b": 1.5, "long": {"y": "\u00fc", "z": null}}"#)
    let link = AuditChain.Link(content: written, after: nil)
    let stored = AuditChain.Link(
      sequence: 1, content: readBack, previousHash: link.previousHash, hash: link.hash)
    #expect(AuditChain.firstFault(in: [stored]) == nil)
  }

  @Test(arguments: [
    ("0", "0"), ("-0.00", "0"), ("1", "1"), ("10", "10"), ("1.10", "1.1"), ("0.001", "0.001"), ("1e3", "1000"),
    ("12.5E-1", "1.25"), ("-7.0", "-7"), ("1e50", "1e50"), ("15e-50", "15e-50"),
    ("123456789012345678901234567890", "123456789012345678901234567890"),
  ])
  func aNumberHasOneSpelling(literal: String, canonical: String) {
    #expect(String(decoding: CanonicalJSON.utf8(.number(literal)), as: UTF8.self) == canonical)
  }
}
