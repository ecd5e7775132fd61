# Functions for the benchmarks: the way of a client and a person through the login, with curl.

base64url() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }

# The hidden fields of a page's form, as arguments of curl.
hidden_fields() {
  grep -o '<input[^>]*type="hidden"[^>]*>' "$1" \
    | sed -n 's/.*name="\([^"]*\)".*value="\([^"]*\)".*/\1=\2/p' | sed 's/&amp;/\&/g'
}

post_form() { # page url name=value…
  local page=$1 url=$2 arguments=() field
  shift 2
  while IFS= read -r field; do arguments+=(--data-urlencode "$field"); done < <(hidden_fields "$page")
  for field in "$@"; do arguments+=(--data-urlencode "$field"); done
  curl -fsS -b "$work/jar" -c "$work/jar" -o /dev/null -w '%{redirect_url}' "${arguments[@]}" "$url"
}

# Prints an access token for the upstream "bench".
log_in() { # gateway user password
  token_response "$@" | member access_token
}

member() { sed "s/.*\"$1\":\"\([^\"]*\)\".*/\1/"; }

# Prints the whole token response, and leaves the client id in a file.
token_response() { # gateway user password
  local redirect=http://localhost:7777/callback verifier challenge client page location code
  client=$(curl -fsS -H 'Content-Type: application/json' \
    --data "{\"client_name\":\"bench\",\"redirect_uris\":[\"$redirect\"],\"token_endpoint_auth_method\":\"none\",\"grant_types\":[\"authorization_code\",\"refresh_token\"]}" \
    "$1/register" | member client_id)
  printf %s "$client" >"$work/client"
  verifier=$(openssl rand 32 | base64url)
  challenge=$(printf %s "$verifier" | openssl dgst -sha256 -binary | base64url)
  page=$work/page.html
  curl -fsS -b "$work/jar" -c "$work/jar" -o "$page" -G --data-urlencode "client_id=$client" \
    --data-urlencode "redirect_uri=$redirect" -d response_type=code -d state=s -d "code_challenge=$challenge" \
    -d code_challenge_method=S256 --data-urlencode "resource=$1/bench/mcp" "$1/authorize"
  location=$(post_form "$page" "$1/consent" decision=approve)
  location=$(curl -fsS -b "$work/jar" -c "$work/jar" -o /dev/null -w '%{redirect_url}' "$location")
  curl -fsS -b "$work/jar" -c "$work/jar" -o "$page" "$location"
  location=$(post_form "$page" "$location" "username=$2" "password=$3" cognitoAsfData=)
  location=$(curl -fsS -b "$work/jar" -c "$work/jar" -o /dev/null -w '%{redirect_url}' "$location")
  code=$(printf %s "$location" | sed 's/.*[?&]code=\([^&]*\).*/\1/')
  curl -fsS -d grant_type=authorization_code -d "code=$code" --data-urlencode "client_id=$client" \
    --data-urlencode "redirect_uri=$redirect" -d "code_verifier=$verifier" "$1/token"
}

# Reads a JWK set with one RSA key, writes the key in PEM.
public_key() {
  local set modulus exponent
  set=$(cat)
  hex() { sed "s/.*\"$1\":\"\([^\"]*\)\".*/\1/" <<<"$set" | tr '_-' '/+' | awk '{ while (length % 4) $0 = $0 "="; print }' | openssl base64 -d -A | od -An -v -tx1 | tr -d ' \n'; }
  modulus=$(hex n) exponent=$(hex e)
  cat >"$work/key.cnf" <<EOF
asn1=SEQUENCE:key
[key]
algorithm=SEQUENCE:algorithm
key=BITWRAP,SEQUENCE:numbers
[algorithm]
name=OID:rsaEncryption
parameters=NULL
[numbers]
n=INTEGER:0x$modulus
e=INTEGER:0x$exponent
EOF
  openssl asn1parse -genconf "$work/key.cnf" -noout -out "$work/key.der"
  openssl rsa -pubin -inform DER -in "$work/key.der" 2>/dev/null
}
