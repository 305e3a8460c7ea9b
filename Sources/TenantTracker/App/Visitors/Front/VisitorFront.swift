import Core
import NIOCore
import Web

/// Stands before the HTTP decoder and takes plain visitors' requests as they come, one after the other. The first bytes
/// that are anything else, and all that follow on the connection, are the decoder's: nothing is ever read twice.
final class VisitorFront: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer
  typealias OutboundIn = IOData
  typealias OutboundOut = IOData

  /// More bytes than these are not read ahead of the answers.
  private static let heldLimit = 1 << 16

  private let visitor: VisitorHandler
  private let activity: ConnectionActivity
  private var context: ChannelHandlerContext?
  /// False once the connection is the decoder's.
  private var isDirect = true
  /// Bytes behind the request that is being answered.
  private var held: ByteBuffer?
  private var isServing = false
  private var hasSuppressedRead = false
  private var needsFlush = false
  private var isReading = false
  /// Told when everything before is answered.
  private var isInputClosed = false
  private var pendingQuiesce: ChannelShouldQuiesceEvent?

  init(_ visitor: VisitorHandler, activity: ConnectionActivity) {
    self.visitor = visitor
    self.activity = activity
  }

  func handlerAdded(context: ChannelHandlerContext) { self.context = context }

  func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

  // MARK: Bytes

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard isDirect else { return context.fireChannelRead(data) }
    isReading = true
    var bytes = unwrapInboundIn(data)
    if held != nil {
      held?.writeBuffer(&bytes)
    } else {
      held = bytes
      serve(context)
    }
  }

  /// Answers held requests until one has to wait, or what comes is not ours.
  private func serve(_ context: ChannelHandlerContext) {
    guard !isServing else { return }
    isServing = true
    defer { isServing = false }
    while !activity.isWorking, var bytes = held {
      guard bytes.readableBytes > 0 else {
        held = nil
        break
      }
      // Who pipelines requests without taking the answers gets no more of them.
      guard context.channel.isWritable else { return context.flush() }
      guard let (visit, length) = visitor.visit(in: bytes) else { return giveWay(bytes, context) }
      bytes.moveReaderIndex(forwardBy: length)
      held = bytes
      activity.isWorking = true
      activity.lastProgress = visit.began
      visitor.take(visit, answering: self)
    }
    if held == nil { settle(context) }
  }

  /// From here on the connection is the decoder's.
  private func giveWay(_ bytes: ByteBuffer, _ context: ChannelHandlerContext) {
    isDirect = false
    held = nil
    context.fireChannelRead(wrapInboundOut(bytes))
    if !isReading { context.fireChannelReadComplete() }
    settle(context)
  }

  /// What came while requests were being answered, and is for those behind.
  private func settle(_ context: ChannelHandlerContext) {
    guard !activity.isWorking else { return }
    if let event = pendingQuiesce {
      pendingQuiesce = nil
      context.fireUserInboundEventTriggered(event)
    }
    if isInputClosed {
      isInputClosed = false
      context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
    }
    if hasSuppressedRead {
      hasSuppressedRead = false
      context.read()
    }
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    isReading = false
    if needsFlush {
      needsFlush = false
      context.flush()
    }
    // Above, nothing was read.
    if !isDirect { context.fireChannelReadComplete() }
  }

  func read(context: ChannelHandlerContext) {
    if (held?.readableBytes ?? 0) < Self.heldLimit {
      context.read()
    } else {
      hasSuppressedRead = true
    }
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    if isDirect, context.channel.isWritable { serve(context) }
    context.fireChannelWritabilityChanged()
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    let isBusy = isDirect && (activity.isWorking || held != nil)
    switch event {
    case let event as ChannelShouldQuiesceEvent where isBusy: pendingQuiesce = event
    case let event as ChannelEvent where event == .inputClosed && isBusy: isInputClosed = true
    default: context.fireUserInboundEventTriggered(event)
    }
  }

  // MARK: Answers

  /// Writes the answer to the request that ``VisitorHandler/take(_:answering:)`` was given, and goes on.
  func answer(_ answer: VisitorAnswer) {
    activity.isWorking = false
    guard let context else { return }
    let isLast = pendingQuiesce != nil
    // What is behind the last one is not looked at any more.
    if isLast { held = nil }
    var bytes = context.channel.allocator.buffer(capacity: 512 + answer.body.count)
    answer.write(to: &bytes, isLast: isLast)
    context.write(wrapOutboundOut(.byteBuffer(bytes)), promise: nil)
    if isReading, !isLast { needsFlush = true } else { context.flush() }
    if held != nil { serve(context) } else { settle(context) }
  }
}

@available(*, unavailable)
extension VisitorFront: Sendable {}
