import Testing

@testable import Core

@Suite struct CSVTests {
  private func rows(_ text: String) throws -> [[String]] { try rows(Array(text.utf8)).map(\.cells) }

  private func rows(_ bytes: [UInt8]) throws -> [CSVRow] {
    var reader = CSVReader(bytes)
    var rows: [CSVRow] = []
    while let row = try reader.next() { rows.append(row) }
    return rows
  }

  private func fault(_ bytes: [UInt8], _ limits: CSVReader.Limits = .init()) -> CSVFault? {
    var reader = CSVReader(bytes, limits: limits)
    do throws(CSVFault) {
      while try reader.next() != nil {}
      return nil
    } catch {
      return error
    }
  }

  @Test func cellsMayHoldSeparatorsQuotesAndLineEnds() throws {
    #expect(
      try rows("a,b\r\n\"x,y\",\"say \"\"hi\"\"\"\r\n\"two\r\nlines\",z") == [
        ["a", "b"], ["x,y", "say \"hi\""], ["two\r\nlines", "z"],
      ])
    #expect(try rows("a 6\" pipe,b") == [["a 6\" pipe", "b"]], "a quote within a bare cell is text")
    #expect(try rows("\"\"") == [[""]])
    #expect(try rows("a,\r\n,b\r\n") == [["a", ""], ["", "b"]])
    #expect(try rows("") == [])
    #expect(try rows("\n\r\n\r") == [])
  }

  @Test func whatSpreadsheetsDoToSeparatorsMarksAndLineEndsIsUnderstood() throws {
    for text in [
      "a,b\n1,2\n", "a;b\r\n1;2", "a\tb\r1\t2\r", "\u{FEFF}a;b\n1;2", "sep=;\r\na;b\r\n1;2", "sep=,\na,b\n\n1,2",
    ] {
      #expect(try rows(text) == [["a", "b"], ["1", "2"]], "\(text.debugDescription)")
    }
    #expect(CSVReader(Array("\"a;b;c\",d".utf8)).separator == .comma, "what is quoted does not count")
  }

  @Test func aRowKnowsTheLineItBeginsIn() throws {
    let rows = try rows(Array("a\n\n\"b\nc\r\nd\re\"\r\nf\rg".utf8))
    #expect(rows.map(\.line) == [1, 3, 7, 8])
  }

  @Test func whatIsNoCSVIsToldWithItsPlace() {
    #expect(fault(Array("a,b\n\"open".utf8)) == CSVFault(line: 2, reason: .unclosedQuote))
    #expect(fault(Array("a\n\"b\"c\n".utf8)) == CSVFault(line: 2, reason: .textAfterQuote))
    #expect(fault(Array("ab,c".utf8) + [0xFF, 0x0A]) == CSVFault(line: 1, reason: .notUTF8(offset: 4)))
    #expect(fault(Array("\"a\"\"é".utf8) + [0xC3] + Array("\"".utf8)) == CSVFault(line: 1, reason: .notUTF8(offset: 6)))
    var limits = CSVReader.Limits()
    (limits.cells, limits.cellBytes) = (2, 3)
    #expect(fault(Array("a,b,c".utf8), limits) == CSVFault(line: 1, reason: .tooManyCells(limit: 2)))
    #expect(fault(Array("a\nabcd".utf8), limits) == CSVFault(line: 2, reason: .cellTooLong(limit: 3)))
    #expect(fault(Array("a,b\nabc".utf8), limits) == nil)
  }

  @Test func noCellIsAFormulaAndTheGuardComesOffAgain() {
    for text in ["=1+1", "+49", "-5", "@x", "\t=x", "\rx", "'=x", "''@x", "＝1", "'\n"] {
      #expect(CSVCell.guarded(text) == "'\(text)")
      #expect(CSVCell.plain(CSVCell.guarded(text)) == text)
    }
    for text in ["", "a=1", "'tis", "''", "2026-11-21", "5", " =1"] {
      #expect(CSVCell.guarded(text) == text && CSVCell.plain(text) == text)
    }
    #expect(CSVCell.number("-5.25").encoded == "-5.25")
    #expect(CSVCell(JSONValue.array(["a", 1])).encoded == "\"[\"\"a\"\",1]\"")
    #expect(CSVCell(JSONValue.null) == .empty && CSVCell(true) == .number("true"))
  }

  /// Whatever is written is read again, with any separator a spreadsheet might have changed it to.
  @Test func whatIsWrittenIsReadAgain() throws {
    var random = SeededGenerator(seed: 11)
    for _ in 0..<2_000 {
      let table = (0..<random.number(1...4)).map { _ in (0..<random.number(2...5)).map { _ in random.oddText(upTo: 8) }
      }
      let text = table.map { CSVCell.line($0.map(CSVCell.text)) }.joined()
      var reader = CSVReader(Array(text.utf8), separator: .comma)
      for cells in table {
        let row = try reader.next()
        #expect(row?.cells.indices.map { row?.exactText($0) } == cells)
      }
      let end = try reader.next()
      #expect(end == nil)
    }
  }

  /// Any bytes at all end in rows or in a fault.
  @Test func anyBytesAreReadOrRefused() {
    var random = SeededGenerator(seed: 12)
    let alphabet: [UInt8] = [0x22, 0x2C, 0x3B, 0x09, 0x0A, 0x0D, 0x61, 0xC3, 0xA9, 0xFF, 0xEF, 0xBB, 0xBF, 0x73, 0x3D]
    for _ in 0..<5_000 {
      let bytes = (0..<random.number(0...24)).map { _ in random.pick(alphabet) }
      if let fault = fault(bytes), case .notUTF8(let offset) = fault.reason {
        #expect(bytes.indices.contains(offset) && String(validating: bytes[offset...], as: UTF8.self) == nil)
      }
    }
  }

  @Test func aHeaderFindsItsColumnsInAnyCase() throws {
    let header = CSVHeader(try rows(Array(" Name ,URL,name,,".utf8))[0])
    #expect(header.names == ["Name", "URL", "name", "", ""] && header.duplicates == ["name"])
    #expect(header.column("NAME") == 0 && header.column("url") == 1 && header.column("payout") == nil)
    let row = try rows(Array(" '=a ,b".utf8))[0]
    #expect(header.text("url", in: row) == "b" && header.text("payout", in: row) == nil)
    #expect(row.text(7).isEmpty)
  }

  @Test func theFirstByteThatIsNotUTF8IsFound() {
    #expect(Array("aé中😀".utf8).firstInvalidUTF8 == nil && [UInt8]().firstInvalidUTF8 == nil)
    #expect(([0x61, 0xC3] as [UInt8]).firstInvalidUTF8 == 1)
    #expect(([0x61, 0x62, 0xED, 0xA0, 0x80] as [UInt8])[1...].firstInvalidUTF8 == 2)
  }
}
