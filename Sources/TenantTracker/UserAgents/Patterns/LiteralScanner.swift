/// Finds all of many words in a text in one pass, in any case (Aho and Corasick, as a table).
struct LiteralScanner: Sendable {
  /// The column of each byte; bytes of no word share column 0.
  private let columns: [UInt8]
  private let width: Int
  /// The state after a byte, `width` columns per state.
  private var table: [Int32]
  /// Where each state's finds begin in `finds`; one more than there are states.
  private var findStarts: [Int32] = []
  /// Owners of the words that end in a state, each owner once.
  private var finds: [UInt16] = []

  /// - Parameter words: Lower case, none empty; each with the number of its owner, which may have several.
  init(_ words: [(word: [UInt8], owner: UInt16)]) {
    let used = Set(words.flatMap(\.word)).sorted()
    var columns = [UInt8](repeating: 0, count: 256)
    for (index, byte) in used.enumerated() {
      // Bytes past the last column are told apart by nobody: a word more may be found, none is missed.
      columns[Int(byte)] = UInt8(min(index + 1, 255))
      if byte >= UInt8(ascii: "a"), byte <= UInt8(ascii: "z") { columns[Int(byte & ~0x20)] = columns[Int(byte)] }
    }
    self.columns = columns
    width = min(used.count, 255) + 1
    table = [Int32](repeating: 0, count: width)
    var owners: [Set<UInt16>] = [[]]
    for (word, owner) in words { plant(word, owner, &owners) }
    link(&owners)
  }

  private mutating func plant(_ word: [UInt8], _ owner: UInt16, _ owners: inout [Set<UInt16>]) {
    var state = 0
    for byte in word {
      let cell = state * width + Int(columns[Int(byte)])
      if table[cell] == 0 {
        table[cell] = Int32(owners.count)
        table += repeatElement(0, count: width)
        owners.append([])
      }
      state = Int(table[cell])
    }
    owners[state].insert(owner)
  }

  /// Gives every state its way on for every byte: that of the longest end of what was read which begins a word.
  private mutating func link(_ owners: inout [Set<UInt16>]) {
    var fallback = [Int](repeating: 0, count: owners.count)
    var queue = [0]
    var head = 0
    while head < queue.count {
      let state = queue[head]
      head += 1
      for column in 0..<width {
        let cell = state * width + column
        let behind = state == 0 ? 0 : Int(table[fallback[state] * width + column])
        let child = Int(table[cell])
        if child == 0 {
          table[cell] = Int32(behind)
        } else {
          fallback[child] = behind
          owners[child].formUnion(owners[behind])
          queue.append(child)
        }
      }
    }
    for found in owners {
      findStarts.append(Int32(finds.count))
      finds += found.sorted()
    }
    findStarts.append(Int32(finds.count))
  }

  /// Calls `found` for each owner of a word in the text, with the index behind the word; as often as it is there.
  @inline(__always)
  func scan(_ text: UnsafeBufferPointer<UInt8>, found: (_ owner: Int, _ end: Int) -> Void) {
    columns.withUnsafeBufferPointer { columns in
      table.withUnsafeBufferPointer { table in
        findStarts.withUnsafeBufferPointer { starts in
          var state = 0
          for (index, byte) in text.enumerated() {
            state = Int(table[state * width + Int(columns[Int(byte)])])
            let (first, end) = (Int(starts[state]), Int(starts[state + 1]))
            if first < end {
              for find in first..<end { found(Int(finds[find]), index + 1) }
            }
          }
        }
      }
    }
  }
}
