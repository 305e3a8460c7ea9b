import Hummingbird
public import HummingbirdCore
public import Logging
public import NIOCore
import NIOHTTP1
public import NIOHTTPTypes
import NIOHTTPTypesHTTP1

/// How a connection of ours is set up: the program's front, HTTP/1 decoder, `ConnectionHandler`, the program's own handlers, Hummingbird.
/// Time-outs and shutdown are the `ConnectionHandler`'s, who sees every request; the framework sees only its own.
public struct WebChannel: ServerChildChannel, HTTPChannelHandler {
  public typealias Value = NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>

  public let responder: HTTPChannelHandler.Responder
  private let limits: ConnectionLimits
  private let handlers: @Sendable (ConnectionActivity) -> ConnectionHandlers

  /// - Parameter handlers: of each connection. A body's end may never come: then `HTTPParserError` or `BodyTooSlow` does,
  ///   as an error.
  public init(
    limits: ConnectionLimits,
    handlers: @escaping @Sendable (ConnectionActivity) -> ConnectionHandlers = { _ in ConnectionHandlers() },
    responder: @escaping HTTPChannelHandler.Responder
  ) {
    self.limits = limits
    self.handlers = handlers
    self.responder = responder
  }

  public func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
    channel.eventLoop.makeCompletedFuture {
      var decoderLimits = NIOHTTPDecoderLimitConfiguration()
      decoderLimits.maxHeaderFieldSize = limits.headerLimit
      decoderLimits.maxHeaderListSize = limits.headerLimit
      decoderLimits.maxHeaderFieldCount = limits.headerCountLimit
      let pipeline = channel.pipeline.syncOperations
      try pipeline.configureHTTPServerPipeline(
        withPipeliningAssistance: false, withErrorHandling: false, withOutboundHeaderValidation: false,
        withEncoderConfiguration: .init(), withDecoderLimitConfiguration: decoderLimits)
      let activity = ConnectionActivity()
      let own = handlers(activity)
      if let front = own.front { try pipeline.addHandler(front, position: .first) }
      try pipeline.addHandler(ConnectionHandler(limits: limits, activity: activity))
      for handler in own.handlers { try pipeline.addHandler(handler) }
      try pipeline.addHandler(HTTP1ToHTTPServerCodec(secure: false))
      return try NIOAsyncChannel(
        wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
    }
  }

  public func handle(value asyncChannel: Value, logger: Logger) async {
    await handleHTTP(asyncChannel: asyncChannel, logger: logger)
  }
}

extension HTTPServerBuilder {
  /// Connections as `WebChannel` sets them up.
  public static func web(
    limits: ConnectionLimits = ConnectionLimits(),
    handlers: @escaping @Sendable (ConnectionActivity) -> ConnectionHandlers = { _ in ConnectionHandlers() }
  ) -> HTTPServerBuilder {
    HTTPServerBuilder { WebChannel(limits: limits, handlers: handlers, responder: $0) }
  }
}
