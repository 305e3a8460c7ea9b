/// The free parameters `sub1` to `sub30` of a click; few are set, so only those take room.
public struct SubIDs: Hashable, Sendable {
  public static let numbers = 1...30

  private var entries: [Entry] = []

  private struct Entry: Hashable, Sendable {
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
  /// The set ones in ascending order.
  public func makeIterator() -> AnyIterator<(number: Int, value: String)> {
    var index = 0
    return AnyIterator { [entries] in
      guard index < entries.count else { return nil }
      defer { index += 1 }
      return (Int(entries[index].number), entries[index].value)
    }
  }
}

extension SubIDs: ExpressibleByDictionaryLiteral {
  public init(dictionaryLiteral elements: (Int, String)...) {
    for (number, value) in elements { self[number] = value }
  }
}
