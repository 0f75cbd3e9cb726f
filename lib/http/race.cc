#include "http/race.h"

#include <boost/asio/error.hpp>
#include <utility>

namespace joinpass::http {

using boost::system::error_code;

void Race::Start(Done done) {
  done_ = std::move(done);
  TryNext();
}

void Race::Stop() {
  Winner nobody;
  nobody.error = boost::asio::error::operation_aborted;
  Finish(std::move(nobody));
}

void Race::TryNext() {
  loop_.Cancel(std::exchange(timer_, 0));
  if (!done_ || next_ == addresses_.size()) return;
  std::shared_ptr<Stream> stream = MakeStream(loop_);
  streams_.push_back(stream);
  ++under_way_;
  stream->Connect(addresses_[next_++], [self = shared_from_this(), stream](error_code error) {
    self->OnConnect(stream, error);
  });
  if (next_ == addresses_.size()) return;
  timer_ = loop_.PostAt(clock_.SteadyNow() + kConnectHeadStart,
                        [self = shared_from_this()] { self->TryNext(); });
}

void Race::OnConnect(std::shared_ptr<Stream> stream, error_code error) {
  --under_way_;
  if (!done_) return;
  Winner winner;
  winner.error = error;
  if (!error) {
    winner.stream = std::move(stream);
    return Finish(std::move(winner));
  }
  TryNext();
  if (under_way_ == 0) Finish(std::move(winner));
}

void Race::Finish(Winner winner) {
  if (!done_) return;
  loop_.Cancel(std::exchange(timer_, 0));
  for (const std::shared_ptr<Stream>& stream : std::exchange(streams_, {})) {
    if (stream != winner.stream) stream->Close();
  }
  std::exchange(done_, nullptr)(std::move(winner));
}

}  // namespace joinpass::http
