-- Numbers that look random and depend on nothing but the seed, a stream's name and a key. The outer hash keeps two
-- streams of one key independent: the inner one only combines the parts by xor.
create macro roll(stream, key) as
    (hash(hash(key::bigint, stream, getvariable('seed')::bigint)) >> 11)::double / 9007199254740992;

create macro dice(stream, key, low, high) as
    (low + floor(roll(stream, key) * (high - low + 1)))::integer;

create macro chance(stream, key, share) as roll(stream, key) < share;

-- Mean 0, standard deviation 1, never beyond 3.5.
create macro bell(stream, key) as
    1.7320508 * (
        roll(stream || ' 1', key) + roll(stream || ' 2', key)
        + roll(stream || ' 3', key) + roll(stream || ' 4', key) - 2
    );

create macro one_of(stream, key, choices) as choices[1 + floor(roll(stream, key) * len(choices))::integer];

-- A moment of the day: office hours in UTC, and now and then any hour.
create macro moment(stream, key, on_date) as
    on_date::date::timestamp + to_seconds(
        case
            when chance(stream || ' any hour', key, 0.06) then dice(stream || ' second', key, 0, 86399)
            else dice(stream || ' second', key, 25200, 64800)
        end
    );

-- Odoo's create_date and write_date carry microseconds.
create macro recorded(stream, key, happened_at) as
    least(
        happened_at + to_microseconds(dice(stream || ' microsecond', key, 0, 999999)), getvariable('clock')::timestamp
    );

create macro money(amount) as round((amount)::double, 2)::decimal(18, 2);
