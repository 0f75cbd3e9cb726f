#include "http/round_trip.h"

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <utility>

#include "base/status.h"

namespace joinpass::http {

using boost::system::error_code;

base::Task<absl::Status> ReadAnswer(Call& call, std::shared_ptr<Stream> stream, Phase phase,
                                    AnswerReader& reader) {
  for (;;) {
    base::Await<error_code> reading([&](Stream::Done done) { stream->Read(std::move(done)); });
    const error_code error = co_await reading;
    if (call.ended() != Ended::kNo) co_return call.Fail(phase, error);
    if (error == boost::asio::error::eof && reader.began()) co_return reader.PutEnd(End::kClosed);
    if (error == boost::asio::ssl::error::stream_truncated && reader.began()) {
      co_return reader.PutEnd(End::kCut);
    }
    if (error) co_return call.Fail(phase, error);
    JOINPASS_CO_ASSIGN_OR_RETURN(const bool complete, reader.Put(stream->received()));
    if (complete) co_return absl::OkStatus();
  }
}

base::Task<TripEnd> RoundTrip(Call& call, std::shared_ptr<Stream> stream, std::string_view text,
                              AnswerBounds bounds) {
  TripEnd end;
  call.OnEnd([stream] { stream->Close(); });
  base::Await<bool> listening(
      [&](absl::AnyInvocable<void(bool)> done) { stream->Listen(std::move(done)); });
  const bool quiet = co_await listening;
  if (!quiet || call.ended() != Ended::kNo) {
    call.ClearOnEnd();
    end.spoke_first = call.ended() == Ended::kNo;
    end.response = call.Fail(Phase::kWrite, boost::asio::error::eof);
    co_return end;
  }
  base::Await<error_code> writing([&](Stream::Done done) {
    call.MarkLeft();
    stream->Write(text, std::move(done));
  });
  const error_code error = co_await writing;
  if (error || call.ended() != Ended::kNo) {
    call.ClearOnEnd();
    end.response = call.Fail(Phase::kWrite, error);
    co_return end;
  }
  AnswerReader reader(bounds);
  const absl::Status read = co_await ReadAnswer(call, stream, Phase::kRead, reader);
  call.ClearOnEnd();
  end.began = reader.began();
  end.reusable = read.ok() && reader.reusable();
  if (read.ok()) {
    end.response = reader.Take();
  } else if (std::optional<message::Response> partial = reader.TakePartial()) {
    end.response = *std::move(partial);
  } else {
    end.response = read;
  }
  co_return end;
}

}  // namespace joinpass::http
