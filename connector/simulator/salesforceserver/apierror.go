package salesforceserver

import (
	"encoding/json"
	"errors"
	"net/http"

	"dakokubridge/connector/simulator/soql"
)

// apiError is one refusal of the REST API: HTTP status, errorCode and message.
type apiError struct {
	status  int
	code    string
	message string
}

// answer is a whole HTTP answer, made before anything is sent.
type answer struct {
	status      int
	contentType string
	header      map[string]string
	body        []byte
}

func jsonAnswer(status int, v any) answer {
	body, err := json.Marshal(v)
	if err != nil {
		return failure(&apiError{http.StatusInternalServerError, "UNKNOWN_EXCEPTION", err.Error()})
	}
	return answer{status: status, contentType: "application/json;charset=UTF-8", body: body}
}

// failure is the shape of the API's errors: an array of one.
func failure(e *apiError) answer {
	return jsonAnswer(e.status, []map[string]string{{"message": e.message, "errorCode": e.code}})
}

func notFound() answer {
	return failure(&apiError{http.StatusNotFound, "NOT_FOUND", "The requested resource does not exist"})
}

func wrongMethod(method string) answer {
	return failure(&apiError{http.StatusMethodNotAllowed, "METHOD_NOT_ALLOWED", "HTTP Method '" + method + "' not allowed. Allowed are HEAD,GET,POST,PATCH,DELETE"})
}

func badJSON(detail string) answer {
	return failure(&apiError{http.StatusBadRequest, "JSON_PARSER_ERROR", detail})
}

// queryFailure turns an error of a query into an answer.
func queryFailure(err error) answer {
	var e *soql.Error
	if errors.As(err, &e) {
		return failure(&apiError{http.StatusBadRequest, e.Code, e.Message})
	}
	return failure(&apiError{http.StatusInternalServerError, "UNKNOWN_EXCEPTION", err.Error()})
}
