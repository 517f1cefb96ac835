#!/usr/bin/perl
# SPDX-License-Identifier: MIT
# mojo.pl serve URL | call URL plain|deflate: Mojolicious, at either end. Every frame is seen by its "frame" event.
use Mojo::Base -strict, -signatures;
use Digest::SHA qw(sha256_hex);
use Mojo::IOLoop;
use Mojo::JSON qw(decode_json encode_json);
use Mojo::Server::Daemon;
use Mojo::UserAgent;
use Mojolicious;

my %OPCODE = (1 => 'text', 2 => 'binary', 8 => 'close', 9 => 'ping', 10 => 'pong');
open my $log, '>', "$ENV{LAB_LOG}/mojo.$$.jsonl" or die;
$log->autoflush(1);

sub name ($address, $port) { ($address =~ /:/ ? "[$address]" : $address) . ":$port" }

# Every frame of one connection, as received (event) and as sent (its one way out), joined into messages.
sub logged ($tx, $by) {
  my ($local, $remote) = (name($tx->local_address, $tx->local_port), name($tx->remote_address, $tx->remote_port));
  my %key = (client => $by eq 'client' ? $local : $remote, server => $by eq 'client' ? $remote : $local, by => $by);
  my ($sent, $got) = $by eq 'client' ? qw(to-server to-client) : qw(to-client to-server);
  my %fact = (app => 'websocket', layers => [qw(tcp http websocket)], ladder => 'framed', "${by}_is" => "Mojolicious $Mojolicious::VERSION");
  say $log encode_json {%key, fact => \%fact};
  my $line = sub ($direction, $opcode, $bytes) {
    my $message = {direction => $direction, opcode => $OPCODE{$opcode}, length => length $bytes, sha256 => sha256_hex $bytes};
    say $log encode_json {%key, message => $message};
  };
  $tx->on(text   => sub ($tx, $bytes) { $line->($got, 1, $bytes) });
  $tx->on(binary => sub ($tx, $bytes) { $line->($got, 2, $bytes) });
  $tx->on(frame  => sub ($tx, $frame) {
    $line->($got, @$frame[4, 5]) if $frame->[4] >= 8;
    $line->($sent, 10, $frame->[5]) if $frame->[4] == 9;
  });
  my $closing = 0;
  return {
    text   => sub ($bytes) { $line->($sent, 1, $bytes); $tx->send({text => $bytes}) },
    binary => sub ($bytes) { $line->($sent, 2, $bytes); $tx->send({binary => $bytes}) },
    ping   => sub ($bytes) { $line->($sent, 9, $bytes); $tx->send([1, 0, 0, 0, 9, $bytes]) },
    finish => sub ($code, $reason) { $line->($sent, 8, pack('n', $code) . $reason); $tx->finish($code, $reason) },
    fragments => sub ($bytes, $parts) {
      my $step = int((length($bytes) + $parts - 1) / $parts);
      for my $i (0 .. $parts - 1) {
        $tx->send([$i == $parts - 1 ? 1 : 0, 0, 0, 0, $i == 0 ? 1 : 0, substr $bytes, $i * $step, $step]);
        next if $i;
        $line->($sent, 9, 'between');
        $tx->send([1, 0, 0, 0, 9, 'between']);
      }
      $line->($sent, 1, $bytes);                               # when its last fragment has left, so after the ping
    },
  };
}

sub words ($n) { substr 'The harbour officer opens the hold. ' x ($n / 36 + 1), 0, $n }

sub serve ($url) {
  my $app = Mojolicious->new(secrets => ['lab']);
  $app->log->level('fatal');
  $app->routes->websocket('/echo' => sub ($c) {
    $c->tx->with_compression;
    my $peer = logged($c->tx, 'server');
    $c->on(binary => sub ($c, $bytes) { $peer->{binary}->($bytes) });
    $c->on(text   => sub ($c, $bytes) {
      my $order = eval { decode_json $bytes } // {};
      my $do = ref $order eq 'HASH' ? $order->{do} // '' : '';
      if    ($do eq 'send')      { $peer->{text}->(words($order->{length})) }
      elsif ($do eq 'fragments') { $peer->{fragments}->(words($order->{length}), $order->{parts}) }
      elsif ($do eq 'close')     { $peer->{finish}->($order->{code}, $order->{reason}) }
      else                       { $peer->{text}->($bytes) }
    });
  });
  Mojo::Server::Daemon->new(app => $app, listen => [$url], silent => 1)->run;
}

sub call ($url, $mode) {
  my $ua = Mojo::UserAgent->new;
  my $tx = $ua->build_websocket_tx($url => $mode eq 'deflate' ? {'Sec-WebSocket-Extensions' => 'permessage-deflate'} : {});
  $ua->start($tx => sub ($ua, $tx) {
    die "no WebSocket" unless $tx->is_websocket;
    my $peer = logged($tx, 'client');
    $tx->on(finish => sub { Mojo::IOLoop->stop });
    $peer->{text}->('hello from Mojolicious');
    $peer->{text}->('{"do":"send","length":3000}');
    $peer->{binary}->(join '', map { chr($_ & 255) } 0 .. 599);
    $peer->{ping}->('mojo ping');
    Mojo::IOLoop->timer(0.2 => sub {
      $peer->{fragments}->(words(5000), 4);
      $peer->{text}->('{"do":"fragments","length":2500,"parts":5}');
    });
    Mojo::IOLoop->timer(1.7 => sub {
      $mode eq 'deflate' ? $peer->{finish}->(3005, 'ship sails') : $peer->{text}->('{"do":"close","code":4001,"reason":"harbour closes"}');
    });
  });
  Mojo::IOLoop->start;
}

my ($verb, $url, $mode) = @ARGV;
$verb eq 'serve' ? serve($url) : call($url, $mode);
