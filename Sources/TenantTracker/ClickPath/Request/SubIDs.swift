/// The free parameters `sub1` to `sub30` of a click; few are set, so only those take room.
public struct SubIDs: Hashable, Sendable {
  public static let numbers = 1...30

  private var entries: [Entry] = []

  fileprivate struct Entry: Hashable, Sendable {
    let number: UInt8
    var value: String
  }

  public init() {}

  public var count: Int { entries.count }
  public var isEmpty: Bool { entries.isEmpty }

  /// The value of `sub<number>`. Setting a number out of 1...30 does nothing.
  public subscript(number: Int) -> String? {
    get { entries.first { $0.number == number }?.value }
    set {
      guard SubIDs.numbers.contains(number) else { return }
      let index = entries.firstIndex { $0.number >= number } ?? entries.count
      let exists = index < entries.count && entries[index].number == number
      switch (exists, newValue) {
      case (true, let value?): entries[index].value = value
      case (true, nil): entries.remove(at: index)
      case (false, let value?): entries.insert(Entry(number: UInt8(number), value: value), at: index)
      case (false, nil): break
      }
    }
  }
}

extension SubIDs: Sequence {
  public struct Iterator: IteratorProtocol {
    private var entries: IndexingIterator<[Entry]>

    fileprivate init(_ entries: [Entry]) { self.entries = entries.makeIterator() }

    public mutating func next() -> (number: Int, value: String)? {
      entries.next().map { (Int($0.number), $0.value) }
    }
  }

  /// The set ones in ascending order.
  public func makeIterator() -> Iterator { Iterator(entries) }
}

extension SubIDs: ExpressibleByDictionaryLiteral {
  public init(dictionaryLiteral elements: (Int, String)...) {
    for (number, value) in elements { self[number] = value }
  }
}
